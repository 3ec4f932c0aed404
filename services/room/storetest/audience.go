package storetest

import (
	"cmp"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/services/room"
)

// Audience is a room as room.Value has it, with its members in a map. It is what stores
// are compared with. The zero Audience, with a Config, is a room that nobody has entered.
type Audience struct {
	room.Value
	Config  *room.Config
	members map[string]kept
}

type kept struct {
	room.Member
	shown members.Member
}

// Enter is what members.Service promises of one entry.
func (a *Audience) Enter(entry members.Entry, now time.Time) error {
	size := a.size(now)
	admission := a.Admit(entry.Room.Session, size, now)
	if admission == room.Late {
		return nil
	}
	if admission == room.Anew || a.members == nil {
		a.Value, a.members, size = room.Value{Session: entry.Room.Session}, map[string]kept{}, 0
	}
	var before *room.Member
	if had, known := a.members[entry.User]; known {
		before = &had.Member
	}
	one, err := a.Value.Enter(&entry, before, size, a.Config, now)
	if err != nil {
		return err
	}
	a.members[entry.User] = kept{one, members.Member{User: entry.User, Nickname: entry.Nickname, HeadPic: entry.HeadPic}}
	return nil
}

// Quit is what members.Service promises of one exit.
func (a *Audience) Quit(exit members.Exit) {
	if a.Quits(exit.Room.Session) {
		delete(a.members, exit.User)
	}
}

// Page is what members.Service promises of one page. Its Total is the size of the room.
func (a *Audience) Page(q members.Query, now time.Time) members.Page {
	page := members.Page{Members: []members.Member{}}
	if a.Session != q.Room.Session {
		return page
	}
	var present []kept
	for _, one := range a.members {
		if !one.Gone(a.Config, now) {
			present = append(present, one)
		}
	}
	slices.SortFunc(present, func(x, y kept) int {
		switch a.Config.MemberOrder {
		case room.Newest:
			x, y = y, x
		case room.ByLevel:
			return cmp.Or(cmp.Compare(y.Level, x.Level), cmp.Compare(x.Place, y.Place))
		}
		return cmp.Compare(x.Place, y.Place)
	})
	page.Total = len(present)
	first := min(q.Offset, len(present))
	for _, one := range present[first:min(first+q.Limit, len(present))] {
		page.Members = append(page.Members, one.shown)
	}
	return page
}

func (a *Audience) size(now time.Time) (size int) {
	for _, one := range a.members {
		if !one.Gone(a.Config, now) {
			size++
		}
	}
	return size
}
