package model

import (
	"slices"
	"time"
)

// hiddenTTL is how long a session that was never online is known, at least.
const hiddenTTL = 24 * time.Hour

// forgets returns when each anchor of a catalogue is forgotten by itself: then all
// is as if there never had been any, but for the numbers of sessions, which grow on.
func (m *Model) forgets(c *catalogue) map[string]int64 {
	at := make(map[string]int64, len(c.anchors))
	for _, a := range c.anchors {
		at[a.user] = m.forgetsOne(c, a)
	}
	return at
}

func (m *Model) forgetsOne(c *catalogue, a *anchor) int64 {
	if a.firstOnline == 0 {
		return a.opened + max(hiddenTTL, m.settings.LiveTTL).Milliseconds()
	}
	over := a.due
	if a.ended {
		over = a.endedAt
	}
	for _, r := range c.recordings {
		if r.user == a.user {
			over = max(over, r.end*1000+m.settings.RecordingWindow.Milliseconds())
		}
	}
	return over + m.settings.AnchorTTL.Milliseconds()
}

// known is what is known of a user now, nil if nothing is.
func (m *Model) known(user string) *anchor { return m.latest().known(user, m.ms()) }

// Swept notes that what is forgotten has been deleted: nothing of it comes back with
// a later session.
func (m *Model) Swept() {
	if m.suspended {
		return
	}
	c, now := m.latest(), m.ms()
	next := *c
	gone := func(user string) bool { return c.anchor(user) != nil && c.known(user, now) == nil }
	next.anchors = slices.DeleteFunc(slices.Clone(c.anchors), func(a *anchor) bool { return gone(a.user) })
	next.recordings = slices.DeleteFunc(slices.Clone(c.recordings), func(r *recording) bool { return gone(r.user) })
	if len(next.anchors) == len(c.anchors) {
		return
	}
	for _, a := range c.anchors {
		if gone(a.user) {
			for _, s := range m.sessions[a.user] {
				s.forgotten = true
			}
		}
	}
	m.put(&next)
}

// recording finds a recording, even one that is deleted.
func (m *Model) recording(user, fileID string) *recording {
	for _, c := range slices.Backward(m.history) {
		if found := c.recording(user, fileID); found != nil {
			return found
		}
	}
	return nil
}
