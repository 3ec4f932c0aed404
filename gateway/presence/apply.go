package presence

import (
	"context"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// apply finds the rooms of the group, and hands on what is told of their members.
//
// Groups are named by clients, so several rooms may have one. A user who leaves the group
// has left each of them. But nobody can tell which of them a user has come to, and to count
// one viewer in all would let anybody share in another's number: so a join goes to the only
// room that is online, or, where none is, to the only one there is.
func (p *Presence) apply(ctx context.Context, c callback) (verdict streams.Verdict, err error) {
	defer apierr.Recover(&err)
	if !c.usable() {
		return ignored, nil
	}
	rooms, err := p.groups.rooms(ctx, c.group)
	if err != nil {
		return "", err
	}
	if len(rooms) == 0 {
		return unknown, nil
	}
	if c.destroyed {
		return p.empty(ctx, rooms, c)
	}
	if c.in {
		if rooms = only(rooms); len(rooms) == 0 {
			return ambiguous, nil
		}
	}
	verdict, _, err = p.hear(ctx, everyone(rooms, c))
	return verdict, err
}

// everyone is what the callback says of each of its users in each of the rooms.
func everyone(rooms []*streams.Session, c callback) (told []members.Presence) {
	for _, room := range rooms {
		for _, user := range c.users {
			told = append(told, c.of(action.SessionOf(room), user))
		}
	}
	return told
}

// only returns the room that a join is for, nothing if several could be meant.
func only(rooms []*streams.Session) []*streams.Session {
	var online []*streams.Session
	for _, room := range rooms {
		if room.Online {
			online = append(online, room)
		}
	}
	switch {
	case len(online) == 1:
		return online
	case len(online) == 0 && len(rooms) == 1:
		return rooms
	default:
		return nil
	}
}

// hear tells the room service, and returns applied if anything was, else what became of
// the last. late is how many changed nothing.
func (p *Presence) hear(ctx context.Context, told []members.Presence) (verdict streams.Verdict, late int, err error) {
	for _, result := range p.room.Hear(ctx, told) {
		its := streams.Verdict(result.Value)
		switch {
		case apierr.CodeOf(result.Err) == apierr.TooMany:
			its = full
		case result.Err != nil:
			return "", late, result.Err
		}
		if its != streams.Applied {
			late++
		}
		if verdict != streams.Applied {
			verdict = its
		}
	}
	return verdict, late, nil
}

// emptied is how many members of a group that was destroyed leave at once.
const emptied = 500

// empty lets everybody out of the rooms of a group that was destroyed, but for those who
// have come since. Where it is not done in time the callback fails; when it comes again, it
// goes on.
func (p *Presence) empty(ctx context.Context, rooms []*streams.Session, c callback) (verdict streams.Verdict, err error) {
	verdict = streams.Applied
	for _, room := range rooms {
		key := action.SessionOf(room)
		for offset := 0; ; {
			page, err := combine.One(p.room.Pages(ctx, []members.Query{{Room: key, Offset: offset, Limit: emptied}}))
			if err != nil {
				return "", err
			}
			if len(page.Members) == 0 {
				break
			}
			told := make([]members.Presence, len(page.Members))
			for i, one := range page.Members {
				told[i] = c.of(key, one.User)
			}
			_, late, err := p.hear(ctx, told)
			if err != nil {
				return "", err
			}
			offset += late
		}
	}
	return verdict, nil
}
