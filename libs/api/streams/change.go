package streams

// ChangeKind is what has happened to a row of the list.
type ChangeKind string

// The kinds.
const (
	SessionListed    ChangeKind = "listed"   // a session is in the list. New: for the first time
	SessionChanged   ChangeKind = "changed"  // its texts are others now
	SessionLeft      ChangeKind = "left"     // it has ended
	RecordingListed  ChangeKind = "recorded" // a recording is in the list, or its URLs are others now. New: it is listed for the first time
	RecordingRemoved ChangeKind = "removed"  // it has left the list
)

// Change is one change of the list. It has the whole row, so that a reader of changes need
// not ask again.
type Change struct {
	Number    int64      `json:"number"`              // one more than that of the change before
	At        int64      `json:"at"`                  // Unix milliseconds by the service's clock
	Kind      ChangeKind `json:"kind"`                //
	User      string     `json:"user"`                //
	Session   int64      `json:"session,omitempty"`   // of SessionListed, SessionChanged, SessionLeft
	FileID    string     `json:"file_id,omitempty"`   // of RecordingListed, RecordingRemoved
	New       bool       `json:"new,omitempty"`       //
	Reason    Reason     `json:"reason,omitempty"`    // of SessionLeft, RecordingRemoved
	Row       *Session   `json:"row,omitempty"`       // of SessionListed, SessionChanged
	Summary   *Summary   `json:"summary,omitempty"`   // of SessionLeft, unless its record is damaged
	Recording *Recording `json:"recording,omitempty"` // of RecordingListed
}

// ChangeQuery asks for changes behind the one with the number After, at most Limit (1 to
// MaxLimit). After 0 is the beginning of the log, or of what is still kept of it.
type ChangeQuery struct {
	After int64 `json:"after"`
	Limit int   `json:"limit"`
}

// ChangePage is part of the log. Oldest and Newest are the numbers of the whole log;
// without a change in it Oldest is Newest+1. A reader whose last number is below Oldest-1
// has missed some, and one whose last number is above Newest has read another log: both
// begin anew, from Pages, each of which says with which number it is in step.
type ChangePage struct {
	Changes []Change `json:"changes"`
	Oldest  int64    `json:"oldest"`
	Newest  int64    `json:"newest"`
}

// Check returns an Invalid error for a query without sense.
func (q ChangeQuery) Check() error { return checkLimit(q.Limit) }
