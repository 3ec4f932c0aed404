package model

import "time"

// Push is the platform's word that somebody began or ceased to push. At is in
// seconds, by the platform's clock.
type Push struct {
	StreamID, Sequence string
	Began              bool
	At                 int64
}

// File is the platform's word that a file was recorded. Times are Unix seconds.
type File struct {
	StreamID, FileID, Format, URL string
	Start, End                    int64
}

func (f File) length() time.Duration { return time.Duration(f.End-f.Start) * time.Second }

// told is an event that the platform has sent.
type told struct {
	applied int // the model's count when it last reached the store, 0: never
}

// reached notes that an event has reached the store.
func (m *Model) reached(what any, ids ...string) {
	event := m.events[what]
	if event == nil {
		m.Fail(Sent, ids, "event %+v was applied, which the platform never sent", what)
		return
	}
	event.applied = m.seq
}

// unknown reports whether an event was of somebody forgotten at some moment.
func (m *Model) unknown(r *Request) bool {
	var user string
	switch what := r.Event.(type) {
	case Push:
		user = m.streams[what.StreamID]
	case File:
		user = m.streams[what.StreamID]
	}
	return m.some(r, func(c *catalogue, at int64) bool { return c.known(user, at) == nil })
}

// judgeEvent: an event that was accepted has been applied meanwhile.
func (m *Model) judgeEvent(r *Request) {
	if file, ok := r.Event.(File); ok && file.length() < m.settings.MinRecording {
		return
	}
	if m.events[r.Event].applied <= r.begun && !m.unknown(r) {
		m.Fail(Kept, r.ids(), "%s was accepted, but not applied", r)
	}
}
