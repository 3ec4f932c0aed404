package stream

import (
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

const (
	maxEnded      = 64      // sequences remembered as over; the platform repeats for minutes
	maxEndedBytes = 4 << 10 // of all of them: the record of an anchor stays small
	maxPast       = 64      // earlier sessions remembered, for recordings that are announced late

	// maxNumberAhead is how far a session number may be ahead of the clock. The
	// counter and room services believe no number that is further ahead.
	maxNumberAhead = 24 * time.Hour
)

// Anchor is all the stream service knows of one user. Times are Unix
// milliseconds by the store's clock, 0 for never, unless stated otherwise.
//
// It has two halves because a page reads the one for each of its rows, and only a change
// reads the other. Some names in JSON are older than those of their fields: records that were
// written under them are still read. It is a value: whoever has one owns it, but Lag and the two lists of
// History are shared by copies. Its methods are for one goroutine.
type Anchor struct {
	Current
	History
}

// Current is the current session, and all that decides how a reader sees it. It is also all
// that time needs to know: what a record waits for is found out without its History.
// Without a session, Session.Number is 0. The user and the stream id stay then: events that
// come late still name them.
type Current struct {
	Session     streams.Session `json:"room"`
	Opened      int64           `json:"opened,omitempty"`
	FirstOnline int64           `json:"first_online,omitempty"`
	Alive       int64           `json:"alive,omitempty"` // when something last showed the session alive
	Ended       int64           `json:"ended,omitempty"`
	Recorded    int64           `json:"recorded,omitempty"`  // Unix seconds: the end of the user's latest recording
	Forbidden   int64           `json:"forbidden,omitempty"` // until then the user is banned from going live
}

// History is what only changes look at: whom to believe next, and what was told.
type History struct {
	Latest         int64      `json:"latest,omitempty"`      // the number of the newest session, a forgotten one too
	SaidOnline     int64      `json:"said_online,omitempty"` // the anchor's latest word that the room is online
	SaidOffline    int64      `json:"left,omitempty"`        // the anchor's word, or an operator's, that the room is offline, until it is online again
	Push           LatestPush `json:"push,omitzero"`
	Lag            *int64     `json:"lag,omitempty"`  // seconds, see heard; nil: no event yet
	EndedSequences []string   `json:"done,omitempty"` // of pushes, latest last
	Past           []Span     `json:"past,omitempty"` // earlier sessions, latest last
	Opens          Opens      `json:"opens,omitzero"`

	// Of the current session:
	EndReason  streams.Reason `json:"end_reason,omitempty"` // why it has ended; "" also where that was before reasons were kept
	Confirmed  int64          `json:"confirmed,omitempty"`  // when somebody last confirmed that it is online
	WantsPush  bool           `json:"wants_push,omitempty"` // the anchor says it is online, and the list requires a push
	Recordings int            `json:"recordings,omitempty"` // rows made of it
	Story      Story          `json:"story,omitzero"`
}

// LatestPush is the newest push the platform has told of. Over: the session has
// ended since, so this push speaks for it no more. It is kept all the same: an event that comes
// late is compared with it, and an anchor that resumes may go on with it.
type LatestPush struct {
	Sequence string `json:"sequence,omitempty"`
	At       int64  `json:"at,omitempty"` // Unix seconds by the platform's clock
	Over     bool   `json:"over,omitempty"`
}

// Span is when an earlier session was. Its texts are kept apart, as Past, because they are
// long and only a recording of that session asks for them. Times are Unix milliseconds.
type Span struct {
	Session int64 `json:"session"`
	Opened  int64 `json:"opened"`
	Ended   int64 `json:"ended"`
}

// Texts is what a session or a recording says of itself. A recording keeps those of the session
// that it was made of.
type Texts struct {
	Title   string          `json:"title,omitempty"`
	Profile streams.Profile `json:"profile,omitzero"`
}

// Opens counts the sessions that a user has opened since the first of an hour, in Unix
// milliseconds. A retry is none. It outlives the sessions, so nobody opens more by ending them.
type Opens struct {
	Since int64 `json:"since,omitempty"`
	Count int   `json:"count,omitempty"`
}

// Exists reports whether the user has a session. Call Settle first.
func (c *Current) Exists() bool { return c.Session.Number != 0 }

// Live reports whether the session has not ended. Call Settle first.
func (c *Current) Live() bool { return c.Exists() && c.Ended == 0 }

// end ends the session. The push that is over with it speaks for no later session.
func (a *Anchor) end(at int64, reason streams.Reason) {
	a.Ended, a.EndReason, a.WantsPush = at, reason, false
	a.Session.Online = false
	a.Push.Over = true
}

// goOnline lists the session, resuming a session that has ended. The place in the list is that
// of the first time it was online, so a reconnect does not move it.
func (a *Anchor) goOnline(now time.Time) {
	if a.FirstOnline == 0 {
		a.FirstOnline = now.UnixMilli()
		a.Session.Timestamp = now.Unix()
	}
	a.Ended, a.EndReason, a.SaidOffline, a.WantsPush = 0, "", 0, false
	a.Session.Online = true
	a.Alive = now.UnixMilli()
}
