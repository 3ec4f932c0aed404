package presence

import (
	"bytes"
	"encoding/json"
	"time"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/session"
)

// The commands that mean something to us.
const (
	stateChange = "Group.CallbackOnMemberStateChange"
	newMember   = "Group.CallbackAfterNewMemberJoin"
	memberExit  = "Group.CallbackAfterMemberExit"
	destroyed   = "Group.CallbackAfterGroupDestroyed"
)

// typeOf is the command as a label of metrics: one of a fixed set of names.
func typeOf(command string) string {
	switch command {
	case stateChange:
		return "im_state"
	case newMember:
		return "im_join"
	case memberExit:
		return "im_exit"
	case destroyed:
		return "im_destroyed"
	default:
		return "im_other"
	}
}

// callback is what we read of one.
type callback struct {
	group     string
	users     []string
	in        bool
	destroyed bool
	known     bool  // the command, and what it says
	at        int64 // Unix milliseconds by the IM service's clock
	age       int64 // milliseconds
}

// usable reports whether there is anything to do. A group that was destroyed names no users.
func (c callback) usable() bool {
	return c.known && envelope.ValidID(c.group) && (c.destroyed || len(c.users) > 0)
}

// of is what the callback says of one user in a room.
func (c callback) of(room members.Key, user string) members.Presence {
	return members.Presence{Room: room, User: user, In: c.in, At: c.at, Age: c.age}
}

// maxBehind is how far the IM service's clock may be behind ours. What is later than that
// has been on its way.
const maxBehind = time.Minute

// read takes from a callback what its command needs. It never fails: what cannot be used
// is ignored, as it would only be sent again.
//
// Its age needs no common clock: the IM service says when it sent the callback, and when
// what it tells of happened. The difference of our clock to the first, which is the
// difference of the clocks and the way together, brings the second onto our clock, or past
// it. So the age is rather too small.
func read(fields *envelope.Fields, body []byte, q Query, arrived time.Time) callback {
	c := callback{group: fields.Loose("GroupId"), at: fields.LooseInt("EventTime", 0)}
	if c.at < 1 || c.at > session.Max {
		c.at = max(1, q.requested())
	}
	now := arrived.UnixMilli()
	behind := min(now-q.requested(), maxBehind.Milliseconds())
	c.age = max(0, now-(c.at+behind))
	seen := map[string]bool{}
	for _, user := range c.take(q.Command, fields.Loose("EventType"), body) {
		if envelope.ValidID(user) && !seen[user] {
			c.users = append(c.users, user)
			seen[user] = true
		}
	}
	return c
}

// take notes what the command says happened, and returns whom it names. Each command has a list of its
// own; a change of state tells by event whether those in it are there or gone.
func (c *callback) take(command, event string, body []byte) (named list) {
	var lists struct {
		MemberList, NewMemberList, ExitMemberList list
	}
	// What is wrong in it is not there: envelope.Parse has seen to the rest.
	_ = json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &lists)
	switch command {
	case stateChange:
		named, c.in, c.known = lists.MemberList, event == "Online", event == "Online" || event == "Offline"
	case newMember:
		named, c.in, c.known = lists.NewMemberList, true, true
	case memberExit:
		named, c.known = lists.ExitMemberList, true
	case destroyed:
		c.destroyed, c.known = true, true
	}
	return named
}

// list is the accounts of a list of members. Entries that name no member are left out.
type list []string

// UnmarshalJSON implements json.Unmarshaler. It never fails, so that one bad field takes
// no other along.
func (l *list) UnmarshalJSON(raw []byte) error {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil //nolint:nilerr // a list of another type is an empty one
	}
	*l = nil
	for _, item := range items {
		var member struct {
			Account json.RawMessage `json:"Member_Account"`
		}
		if json.Unmarshal(item, &member) != nil {
			continue
		}
		var text string
		var number json.Number
		switch {
		case json.Unmarshal(member.Account, &text) == nil:
			*l = append(*l, text)
		case json.Unmarshal(member.Account, &number) == nil:
			*l = append(*l, number.String())
		}
	}
	return nil
}
