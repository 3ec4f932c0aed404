package model

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/members"
	rooms "xiaozhibo.dev/services/room"
)

// roomKey names what has members: the session of a user, or a recording, whose
// session is 0.
type roomKey struct {
	owner   string
	session int64
}

// room is every state a room has been in, oldest first.
type room struct{ states []crowd }

// crowd is a room from one moment on: its members in the order they joined. It runs on the
// rule of a room, under one session; which session an entry is of is the model's own to judge.
type crowd struct {
	seq     int
	at      int64 // Unix milliseconds, by the room service's clock
	value   rooms.Value
	members []member
}

type member struct {
	user, nickname string
	rooms.Member
	due int64 // Unix milliseconds; not a member from then on
}

func (c crowd) present(at int64) (members []member) {
	for _, one := range c.members {
		if at < one.due {
			members = append(members, one)
		}
	}
	return members
}

// enter lets a user in, at the time at. The room has no cap.
func (c *crowd) enter(user, nickname string, config *rooms.Config, at int64) error {
	var before *rooms.Member
	i := slices.IndexFunc(c.members, func(other member) bool { return other.user == user })
	if i >= 0 {
		before = &c.members[i].Member
	}
	kept, err := c.value.Enter(&members.Entry{User: user}, before, nil, len(c.members), config, time.UnixMilli(at))
	one := member{user, nickname, kept, kept.Due(config)}
	if i >= 0 {
		c.members[i] = one // he keeps his place
	} else {
		c.members = append(c.members, one)
	}
	return err
}

// latest returns the state of a room to be changed, and those who have left by
// themselves are gone from it.
func (r *room) latest(at int64) crowd {
	if len(r.states) == 0 {
		return crowd{}
	}
	last := r.states[len(r.states)-1]
	return crowd{value: last.value, members: slices.Clone(last.present(at))}
}

// ownerOf finds out what a name of the room service stands for: it says nothing
// by itself, but must always stand for the same.
func (m *Model) ownerOf(name, owner string) bool {
	if known, ok := m.owners[name]; ok {
		return known == owner
	}
	m.owners[name] = owner
	return true
}

// Entered notes that an entry has reached the store.
func (m *Model) Entered(name string, sessionNumber int64, user, nickname string) {
	if m.suspended {
		return
	}
	var from *Request
	m.wasSent(EnterGroup, nickname, func(r *Request) bool { from = r; return r.User == user })
	if from == nil || from.User != user {
		m.Fail(Sent, []string{user}, "%q entered as %q, which he never asked for", user, nickname)
		return
	}
	owner := from.Anchor
	if from.Flag == 1 {
		if r := m.recording(from.Anchor, from.Group); r != nil {
			owner = r.owner()
		}
	} else if !m.isSession(from.Anchor, from.Group, sessionNumber) {
		m.Fail(Members, from.ids(), "%q entered session %d of %q, which has not the group %q he asked for", user, sessionNumber, from.Anchor, from.Group)
	}
	if !m.ownerOf(name, owner) {
		m.Fail(Members, from.ids(), "%q entered %q, which is not the room of %q", user, name, owner)
	}
	key := roomKey{owner, sessionNumber}
	if m.rooms[key] == nil {
		m.rooms[key] = &room{}
	}
	now := m.roomMS()
	next := m.rooms[key].latest(now)
	if err := next.enter(user, nickname, &rooms.Config{MemberTTL: m.settings.MemberTTL}, now); err != nil {
		m.Fail(Members, from.ids(), "%q may not enter %q: %v", user, name, err)
	}
	m.putCrowd(key, next)
}

// Quit notes that an exit has reached the store.
func (m *Model) Quit(name string, sessionNumber int64, user string) {
	if m.suspended {
		return
	}
	owner := m.owners[name]
	anchor, _, _ := strings.Cut(owner, "\x00")
	if owner != "" && !m.wasSent(QuitGroup, user+"\x00"+anchor, func(*Request) bool { return true }) {
		m.Fail(Sent, []string{user, anchor}, "%q left the room of %q, which he never asked for", user, anchor)
	}
	key := roomKey{owner, sessionNumber}
	if m.rooms[key] == nil {
		return
	}
	next := m.rooms[key].latest(m.roomMS())
	next.members = slices.DeleteFunc(next.members, func(one member) bool { return one.user == user })
	m.putCrowd(key, next)
}

// roomMS is the time by the room service's clock.
func (m *Model) roomMS() int64 { return m.ms() + m.settings.RoomsAhead.Milliseconds() }

func (m *Model) putCrowd(key roomKey, c crowd) {
	m.seq++
	c.seq, c.at = m.seq, m.roomMS()
	m.rooms[key].states = append(m.rooms[key].states, c)
}

func (m *Model) isSession(user, group string, number int64) bool {
	return slices.ContainsFunc(m.sessions[user], func(s *session) bool { return s.number == number && s.group == group })
}

// someCrowd reports whether visit holds for the members of a room at some moment
// of the request.
func (m *Model) someCrowd(r *Request, key roomKey, visit func(members []member) bool) bool {
	states := []crowd{{}}
	if found := m.rooms[key]; found != nil {
		states = append(states, found.states...)
	}
	ahead := m.settings.RoomsAhead.Milliseconds()
	for i := range slices.Backward(states) {
		first, last := max(states[i].at, r.begunAt+ahead), r.endedAt+ahead
		if i+1 < len(states) {
			last = min(last, states[i+1].at)
		}
		if visit(states[i].present(first)) {
			return true
		}
		for _, one := range states[i].members {
			if first < one.due && one.due <= last && visit(states[i].present(one.due)) {
				return true
			}
		}
		if states[i].seq < r.begun {
			break // what was before it had been replaced when the request began
		}
	}
	return false
}

// judgeEnter: whoever was told that he is in has entered meanwhile.
func (m *Model) judgeEnter(r *Request) {
	entered := m.some(r, func(c *catalogue, at int64) bool {
		key, found := c.group(r, at)
		return found && slices.ContainsFunc(m.states(key), func(s crowd) bool {
			return s.seq > r.begun && slices.ContainsFunc(s.members, func(one member) bool { return one.nickname == r.Nickname })
		})
	})
	if !entered {
		m.Fail(Kept, r.ids(), "%s was acknowledged, but did not reach the store", r)
	}
}

func (m *Model) states(key roomKey) []crowd {
	if found := m.rooms[key]; found != nil {
		return found.states
	}
	return nil
}

// judgeQuit: whoever was told that he is out was not in the room at some moment.
func (m *Model) judgeQuit(r *Request) {
	out := m.some(r, func(c *catalogue, at int64) bool {
		key, found := c.group(r, at)
		return !found || m.someCrowd(r, key, func(members []member) bool {
			return !slices.ContainsFunc(members, func(one member) bool { return one.user == r.User })
		})
	})
	if !out {
		m.Fail(Kept, r.ids(), "%s was acknowledged, but he was in the room all the time", r)
	}
}

// judgeMembers checks a page of members against those of every moment.
func (m *Model) judgeMembers(r *Request, data []byte) {
	var reply struct {
		TotalCount int `json:"totalcount"`
		MemberList []struct{ UserID, Nickname, HeadPic string }
	}
	if err := json.Unmarshal(data, &reply); err != nil || reply.MemberList == nil {
		m.Fail(Answers, r.ids(), "%s was answered %s", r, data)
		return
	}
	right := func(members []member) bool {
		rows := page(members, r)
		if len(members) != reply.TotalCount || len(rows) != len(reply.MemberList) {
			return false
		}
		for i, row := range rows {
			if got := reply.MemberList[i]; got.UserID != row.user || got.Nickname != row.nickname {
				return false
			}
		}
		return true
	}
	recorded := *r
	recorded.Flag = 1
	if !m.some(r, func(c *catalogue, at int64) bool {
		key, found := c.group(r, at)
		if !found {
			key, found = c.group(&recorded, at)
		}
		if !found {
			return right(nil)
		}
		return m.replaced(r, key) && right(nil) || m.someCrowd(r, key, right)
	}) {
		m.Fail(Members, r.ids(), "%s was answered %s", r, data)
	}
}

// page cuts out what a request asks for.
func page[T any](rows []T, r *Request) []T {
	offset := min((max(r.PageNo, 1)-1)*r.PageSize, len(rows))
	return rows[offset:min(offset+r.PageSize, len(rows))]
}
