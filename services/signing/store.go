package signing

import (
	"context"
	"time"
)

// Kind is what was issued. It is a part of the keys of both stores, so it never changes.
type Kind string

// The kinds.
const (
	KindPush   Kind = "push"
	KindUpload Kind = "upload"
)

// RecordFormat is that of Entry in a backup. It grows with every change of what a
// field means and with every new field that must not be lost. A restore refuses records of a
// higher format than its own.
const RecordFormat = 1

// Entry records that something was issued to a user in an hour of UTC: when for
// the first time, and until when that is valid. What was issued again in the same
// hour is valid for up to an hour longer. An entry never holds the URL, the
// signature or a key. Times are Unix seconds.
type Entry struct {
	Kind     Kind   `json:"kind"`
	User     string `json:"user,omitempty"`      // empty for an upload: nobody is named
	StreamID string `json:"stream_id,omitempty"` // of a push
	Issued   int64  `json:"issued"`
	Expires  int64  `json:"expires"` // 0: never
}

// Hour is the beginning of the hour that a time in Unix seconds lies in. A time
// before 1970 lies in the first one.
func Hour(unix int64) int64 {
	const hour = int64(time.Hour / time.Second)
	return max(0, unix) / hour * hour
}

// Query asks for entries by user, by time, or both.
type Query struct {
	User  string // empty: everybody
	From  int64  // Unix seconds, inclusive
	Until int64  // Unix seconds, exclusive; 0: no end
	Limit int    // 0: no limit
}

// Ledger remembers what was issued: when a key has leaked or a stream is abused, it tells who
// had a URL. It is safe for concurrent use. Errors are Storage and Unavailable.
type Ledger interface {
	// Record keeps the entries, all of them or none, but none for a user, kind and
	// hour that has one. They are durable when it returns.
	Record(ctx context.Context, entries []Entry) error

	// List returns what query asks for by time of issue. Its cost grows with the
	// time range, its memory with the limit.
	List(ctx context.Context, query Query) ([]Entry, error)

	// Sweep deletes the entries of the hours before the one that a time in Unix
	// seconds lies in. It holds up recording for short moments only, and may be
	// ended in between.
	Sweep(ctx context.Context, before int64) error
}
