package stream

import "xiaozhibo.dev/libs/api/streams"

// Ended is a session that is over, with its story. It is kept for Config.SummaryTTL after the
// end, of streams.MaxSummaries sessions of a user.
type Ended struct {
	streams.Summary
	Story Story `json:"story,omitzero"`
}

// summary returns the current session as one that has ended.
func (a *Anchor) summary() Ended {
	return Ended{
		Summary: streams.Summary{
			User: a.Session.User, Session: a.Session.Number, Group: a.Session.Group, Title: a.Session.Title,
			Opened: a.Opened, Began: a.FirstOnline, Ended: a.Ended, Reason: a.EndReason, Recordings: a.Recordings,
		},
		Story: a.Story,
	}
}

// Told returns an earlier session as a story. What only a current session has, as a stream id
// and a push, is empty.
func (e *Ended) Told() *streams.Story {
	return &streams.Story{
		Session: streams.Session{
			User: e.User, Number: e.Session, Group: e.Group, Title: e.Title, Timestamp: e.timestamp(),
		},
		Standing: streams.Over, Reason: e.Reason, Opened: e.Opened, FirstOnline: e.Began, Ended: e.Ended,
		Entries: e.Story.Entries(), Dropped: e.Story.Dropped,
	}
}

// timestamp is that of the session's row, in Unix seconds.
func (e *Ended) timestamp() int64 {
	if e.Began == 0 {
		return seconds(e.Opened)
	}
	return seconds(e.Began)
}
