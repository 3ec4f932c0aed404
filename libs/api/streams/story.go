package streams

import (
	"context"

	"xiaozhibo.dev/libs/combine"
)

// Source is who tells the service something. A source that is sent with a write is one of
// those below; "" is Action for Open and SetStatus, and Event for ApplyPush, AddFile and
// RemoveFiles.
type Source string

// The sources.
const (
	Action   Source = "action"   // a client, by an Action
	Event    Source = "event"    // the live platform, by a callback
	Presence Source = "presence" // the IM service
	Poll     Source = "poll"     // the live platform, because it was asked
	Media    Source = "media"    // a media server of our own
	Operator Source = "operator" // by the admin API
	Time     Source = "time"     // nobody: a time was over
)

// Sources lists them all.
var Sources = []Source{Action, Event, Presence, Poll, Media, Operator, Time}

// What names what an entry of a story is about.
type What string

// What there is. An entry says what was told or asked for; its Verdict says what came of it.
const (
	WentOpen     What = "open"       // a session was asked for
	WentOnline   What = "online"     // the anchor says so
	WentOffline  What = "offline"    // the anchor says so
	PushBegan    What = "push_began" // the platform says so
	PushEnded    What = "push_ended" // the platform says so
	Recorded     What = "recording"  // a file was announced
	FileRemoved  What = "removed"    // a recorded file is gone
	Confirmed    What = "confirmed"  // somebody says that the session is online
	Refuted      What = "refuted"    // somebody says that it is not
	EndedBy      What = "end"        // an operator ends it
	WasBanned    What = "ban"        // the user may not go live any more
	WasExpired   What = "expired"    // nothing has shown the session alive for too long
	WasReplaced  What = "replaced"   // the anchor has begun another session
	WasForgotten What = "forgotten"  // it was never online
)

// Entry is one line of a story.
type Entry struct {
	At      int64   `json:"at"`                // Unix milliseconds by the service's clock
	SentAt  int64   `json:"sent_at,omitempty"` // Unix milliseconds by the sender's clock; 0: it told none
	Source  Source  `json:"source"`            //
	What    What    `json:"what"`              //
	ID      string  `json:"id,omitempty"`      // the sequence of a push, or a file id; one that is very long is cut
	Verdict Verdict `json:"verdict"`           //

	// Times is how often this was told again with the same verdict, and Last when for the
	// last time. If the same comes more than once within a second, it is counted once.
	Times int   `json:"times,omitempty"`
	Last  int64 `json:"last,omitempty"` // Unix milliseconds by the service's clock
}

// MaxEntries bounds a story. The opening is always kept; of the others the newest are.
const MaxEntries = 64

// StoryKey names a session. Session 0 is the user's current one.
type StoryKey struct {
	User    string `json:"user"`
	Session int64  `json:"session,omitempty"`
}

// Standing is why a session is in the list, or why it is not.
type Standing string

// The standings.
const (
	Listed      Standing = "listed"
	NeverOnline Standing = "never_online" // hidden until the anchor, the platform or a poll says it is online
	NeedsPush   Standing = "needs_push"   // the anchor says it is online, and the list requires a push that nobody has told of
	Over        Standing = "over"         // ended, see Reason and Ended
	Banned      Standing = "banned"       // ended, and the user may not go live
)

// Story is what has happened to a session, and where it stands because of it. It is true
// at the moment it is read, whether or not anything was swept. Times are Unix
// milliseconds by the service's clock, 0 for never.
type Story struct {
	Session     Session  `json:"session"`            // of an earlier session: without a profile and a stream id
	Current     bool     `json:"current,omitempty"`  // it is the user's current one
	Standing    Standing `json:"standing"`           //
	Reason      Reason   `json:"reason,omitempty"`   // why it has ended
	Opened      int64    `json:"opened"`             //
	FirstOnline int64    `json:"first_online"`       //
	Alive       int64    `json:"alive"`              // when something last showed it alive
	Ended       int64    `json:"ended"`              //
	Until       int64    `json:"until,omitempty"`    // when it ends unless something shows it alive again; 0: it has ended
	Sequence    string   `json:"sequence,omitempty"` // of the latest push that the platform has told of
	Pushed      int64    `json:"pushed,omitempty"`   // when that push began, by the platform's clock
	Entries     []Entry  `json:"entries"`            // oldest first
	Dropped     int      `json:"dropped,omitempty"`  // how many entries made room for newer ones
}

// Journal tells what has happened.
type Journal interface {
	// Stories returns the story of each session, nil for one that is not known: a
	// current one, or an earlier one whose summary is still kept.
	Stories(ctx context.Context, keys []StoryKey) []combine.Result[*Story]

	// Summaries returns sessions that have ended, the latest end first. Invalid for what
	// Check refuses.
	Summaries(ctx context.Context, query SummaryQuery) (SummaryPage, error)

	// Changes returns what has changed in the list since a change. Invalid for what Check
	// refuses.
	Changes(ctx context.Context, query ChangeQuery) (ChangePage, error)
}
