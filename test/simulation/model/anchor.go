package model

import (
	"slices"
)

// Profile is the user information of an anchor.
type Profile struct{ Nickname, HeadPic, FrontCover, Location, Desc string }

// anchor is what is known of one user's current session. It never changes: the
// next state is a copy. Times are Unix milliseconds, 0 for never.
type anchor struct {
	user, streamID, group, title string
	profile                      Profile
	session                      int64
	timestamp                    int64 // seconds
	online, ended                bool
	endedAt                      int64 // 0: not yet
	due                          int64
	opened, firstOnline          int64
	word                         int64 // the anchor's latest word that he is online
	leave                        int64 // his word that he is not, while it stands

	push     string // the sequence of the latest push
	pushAt   int64  // seconds, by the platform's clock
	speaking bool   // nothing has ended the session since that push
	over     []string
	told     bool  // of an event that had an effect
	behind   int64 // seconds: how far the platform's clock can be behind, 0 until it is known
}

// session is one that was opened, as long as the model lives.
type session struct {
	number     int64
	group      string
	seq        int // when it was opened
	opened     int64
	ended      int64 // 0: not yet
	everOnline bool
	forgotten  bool // no recording is named after it any more
	title      string
	profile    Profile
}

func (a *anchor) listed(at int64) bool { return a.online && at < a.due }

// settled returns a copy on which the time that has passed has had its effect.
func (m *Model) settled(a *anchor) *anchor {
	next := *a
	if !next.ended && next.due <= m.ms() {
		next.close(next.due)
		m.current(a.user).ended = next.due
	}
	return &next
}

func (a *anchor) close(at int64) { a.online, a.ended, a.endedAt, a.speaking = false, true, at, false }

func (m *Model) current(user string) *session {
	all := m.sessions[user]
	return all[len(all)-1]
}

// appear lists the room.
func (m *Model) appear(a *anchor) {
	now := m.ms()
	if a.firstOnline == 0 {
		a.firstOnline, a.timestamp = now, now/1000
	}
	a.online, a.ended, a.endedAt, a.leave = true, false, 0, 0
	a.due = now + m.settings.LiveTTL.Milliseconds()
	s := m.current(a.user)
	s.everOnline, s.ended = true, 0
}

func (m *Model) closes(a *anchor) {
	a.close(m.ms())
	m.current(a.user).ended = m.ms()
}

// Opened notes that an opening has reached the store, and which session number
// it was given.
func (m *Model) Opened(user, streamID, group, title string, profile Profile, number int64) {
	if m.suspended {
		return
	}
	if !m.wasSent(RequestLVBAddr, title, func(r *Request) bool { return r.User == user && r.Group == group }) {
		m.Fail(Sent, []string{user, group}, "a session of %q with group %q and title %q was opened that nobody asked for", user, group, title)
	}
	if owner, known := m.streams[streamID]; known && owner != user {
		m.Fail(StreamIDs, []string{user, owner}, "%q and %q share the stream id %q", user, owner, streamID)
	}
	m.streams[streamID] = user
	now := m.ms()
	next := &anchor{user: user}
	if before := m.latest().anchor(user); before != nil {
		next = m.settled(before)
	}
	if next.session == 0 || next.ended || next.group != group {
		m.replaces(user, number)
		over := next.over
		if next.push != "" && !slices.Contains(over, next.push) {
			over = append(slices.Clip(over), next.push)
		}
		next = &anchor{
			user: user, group: group, session: number, timestamp: now / 1000, opened: now,
			due: now + m.settings.LiveTTL.Milliseconds(), over: over, told: next.told, behind: next.behind,
		}
		m.sessions[user] = append(m.sessions[user], &session{number: number, group: group, seq: m.seq + 1, opened: now})
	} else if number != next.session {
		m.Fail(Rooms, []string{user, group}, "a repeated request of %q opened session %d, but %d had not ended", user, number, next.session)
	}
	next.streamID, next.title, next.profile = streamID, title, profile
	s := m.current(user)
	s.title, s.profile = title, profile
	m.put(m.latest().with(next))
}

// replaces ends the session before the one with this number.
func (m *Model) replaces(user string, number int64) {
	if len(m.sessions[user]) == 0 {
		return
	}
	before := m.current(user)
	if before.ended == 0 {
		before.ended = m.ms()
	}
	if m.known(user) == nil {
		before.forgotten = true
	}
	if number <= before.number {
		m.Fail(Rooms, []string{user}, "session %d of %q follows session %d", number, user, before.number)
	}
}

// StatusSet notes that an anchor's word has reached the store.
func (m *Model) StatusSet(user string, online bool) {
	if m.suspended {
		return
	}
	before := m.known(user)
	if before == nil {
		m.Fail(Kept, []string{user}, "%q set his status before he opened a session", user)
		return
	}
	if !m.wasSent(ChangeStatus, user, func(r *Request) bool { return r.Online == online }) {
		m.Fail(Sent, []string{user}, "the status of %q became online=%t, which he never said", user, online)
	}
	next := m.settled(before)
	switch {
	case online:
		m.appear(next)
		next.word = m.ms()
	case next.leave == 0:
		next.leave = m.ms()
		if !next.ended {
			m.closes(next)
		}
	}
	m.put(m.latest().with(next))
}
