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
	traces  map[string]kept
	Came    map[int64]members.Audience // by session
}

// kept is a member or a trace with its texts, which a store keeps elsewhere.
type kept struct {
	room.Member
	shown members.Member
}

// Enter is what members.Service promises of one entry.
func (a *Audience) Enter(entry members.Entry, now time.Time) error {
	size, admitted := a.admit(entry.Room.Session, now)
	if !admitted {
		return nil
	}
	before, trace := a.find(entry.User, now)
	next := a.Next
	one, err := a.Value.Enter(&entry, before, trace, size, a.Config, now)
	if err != nil {
		return err
	}
	if one.Place == next {
		a.count(size + 1)
	}
	delete(a.traces, entry.User)
	a.members[entry.User] = kept{one, members.Member{User: entry.User, Nickname: entry.Nickname, HeadPic: entry.HeadPic}}
	return nil
}

// admit begins the room anew where it must, and reports whether a word of that session is
// not late.
func (a *Audience) admit(session int64, now time.Time) (size int, admitted bool) {
	size = a.size(now)
	admission := a.Admit(session, size, now)
	if admission == room.Late {
		return size, false
	}
	if admission == room.Anew || a.members == nil {
		a.Value, a.members, a.traces, size = room.Value{Session: session}, map[string]kept{}, map[string]kept{}, 0
	}
	if a.Came == nil {
		a.Came = map[int64]members.Audience{}
	}
	return size, true
}

// find returns what is kept of a user, nil where nothing is.
func (a *Audience) find(user string, now time.Time) (before, trace *room.Member) {
	if had, known := a.members[user]; known {
		before = &had.Member
	}
	if left, known := a.traces[user]; known && !left.Faded(now) {
		trace = &left.Member
	}
	return before, trace
}

// count notes that somebody has come, the size'th who is there now.
func (a *Audience) count(size int) {
	if a.Session != 0 {
		came := a.Came[a.Session]
		a.Came[a.Session] = members.Audience{Peak: max(came.Peak, size), Joined: came.Joined + 1}
	}
}

// Quit is what members.Service promises of one exit.
func (a *Audience) Quit(exit members.Exit, now time.Time) {
	if !a.Quits(exit.Room.Session) {
		return
	}
	before, trace := a.find(exit.User, now)
	if left := a.Value.Quit(&exit, before, trace, len(a.traces), a.Config, now); left != nil {
		a.leave(exit.User, *left, a.has(before, now), trace)
	}
	delete(a.members, exit.User)
}

// has reports whether a member is there and its time is not up.
func (a *Audience) has(one *room.Member, now time.Time) bool {
	return one != nil && !one.Gone(a.Config, now)
}

// leave keeps a trace, with the texts of the member or of the trace before, nil for none.
func (a *Audience) leave(user string, trace room.Member, member bool, before *room.Member) {
	var texts members.Member
	switch {
	case member:
		texts = a.members[user].shown
	case before != nil:
		texts = a.traces[user].shown
	}
	a.traces[user] = kept{trace, texts}
}

// Hear is what members.Service promises of one presence.
func (a *Audience) Hear(p members.Presence, now time.Time) (members.Verdict, error) {
	size, admitted := a.admit(p.Room.Session, now)
	if !admitted {
		return members.Late, nil
	}
	before, trace := a.find(p.User, now)
	one, hearing, err := a.Value.Hear(&p, before, trace, size, len(a.traces), a.Config, now)
	if err != nil {
		return "", err
	}
	switch hearing {
	case room.Stays:
		a.members[p.User] = kept{one, a.members[p.User].shown}
	case room.Joins:
		a.count(size + 1)
		texts := members.Member{User: p.User}
		if left, known := a.traces[p.User]; known && trace != nil {
			texts.Nickname, texts.HeadPic = left.shown.Nickname, left.shown.HeadPic
		}
		a.members[p.User] = kept{one, texts}
		delete(a.traces, p.User)
	case room.IsNoted:
		if a.has(before, now) {
			a.members[p.User] = kept{one, a.members[p.User].shown}
		} else {
			a.leave(p.User, one, false, trace)
		}
	case room.Leaves:
		a.leave(p.User, one, a.has(before, now), trace)
		delete(a.members, p.User)
	case room.Vanishes:
		delete(a.members, p.User)
	}
	return hearing.Verdict(), nil
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

// size counts one by one what a store has to know at once.
func (a *Audience) size(now time.Time) (size int) {
	for _, one := range a.members {
		if !one.Gone(a.Config, now) {
			size++
		}
	}
	return size
}
