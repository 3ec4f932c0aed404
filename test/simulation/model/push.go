package model

import "slices"

// Pushed notes that the platform's word on a push has reached the store.
func (m *Model) Pushed(p Push) {
	if m.suspended {
		return
	}
	user, known := m.streams[p.StreamID]
	if !known {
		m.Fail(Kept, []string{user}, "an event on stream %q was applied to nobody", p.StreamID)
		return
	}
	before := m.known(user)
	if before == nil { // forgotten since
		m.seq++
		m.reached(p, user)
		return
	}
	next := m.settled(before)
	if p.Began {
		m.began(next, p.Sequence, p.At)
	} else {
		m.ceased(next, p.Sequence, p.At)
	}
	m.put(m.latest().with(next))
	m.reached(p, user)
}

// began: a push lists the room unless it belongs to an earlier session, is over
// already, is older than the latest push or than the anchor's leave.
func (m *Model) began(a *anchor, sequence string, at int64) {
	known := a.pushAt != 0
	switch {
	case at < a.opened/1000-mostBehind || slices.Contains(a.over, sequence):
	case known && at < a.pushAt:
		if sequence != a.push {
			a.finish(sequence)
		}
	case known && sequence == a.push: // once more: it shows the room alive
		if !a.ended {
			a.due = m.ms() + m.settings.LiveTTL.Milliseconds()
			a.heard(at, m.ms())
		}
	case at < a.leave/1000-a.behind:
	default:
		if known {
			a.finish(a.push)
		}
		a.push, a.pushAt, a.speaking = sequence, at, true
		m.appear(a)
		a.heard(at, m.ms())
	}
}

// mostBehind is how far, in seconds, the platform's clock may be behind ours.
const mostBehind = 60

// heard bounds how far it is: no event is told of before it happens.
func (a *anchor) heard(at, now int64) {
	behind := min(max(now/1000-at, 0), mostBehind)
	if !a.told || behind < a.behind {
		a.told, a.behind = true, behind
	}
}

// ceased: an interrupt ends the session if it is that of the latest push, or,
// where no push speaks for the session, if it is no older than the anchor's word.
func (m *Model) ceased(a *anchor, sequence string, at int64) {
	latest := a.pushAt != 0 && sequence == a.push
	if slices.Contains(a.over, sequence) || latest && at < a.pushAt {
		return
	}
	a.finish(sequence)
	ends := at >= a.word/1000-a.behind
	if a.speaking {
		ends = latest
	}
	if a.online && ends {
		m.closes(a)
		a.heard(at, m.ms())
	}
}

func (a *anchor) finish(sequence string) {
	if !slices.Contains(a.over, sequence) {
		a.over = append(slices.Clip(a.over), sequence)
	}
}
