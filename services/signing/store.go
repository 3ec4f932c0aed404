package signing

import "context"

// Kind is what was issued.
type Kind string

// The kinds.
const (
	KindPush   Kind = "push"
	KindUpload Kind = "upload"
)

// Entry records what was issued to whom. It never holds the URL, the signature
// or a key. Times are Unix seconds.
type Entry struct {
	Kind     Kind   `json:"kind"`
	User     string `json:"user,omitempty"`      // empty for an upload: nobody is named
	StreamID string `json:"stream_id,omitempty"` // of a push
	Issued   int64  `json:"issued"`
	Expires  int64  `json:"expires"` // 0: never
}

// Query asks for entries by user, by time, or both.
type Query struct {
	User  string // empty: everybody
	From  int64  // Unix seconds, inclusive
	Until int64  // Unix seconds, exclusive; 0: no end
	Limit int    // 0: no limit
}

// Ledger remembers what was issued. Errors are Storage and Unavailable.
type Ledger interface {
	// Append adds entries, all of them or none. They are durable when it
	// returns.
	Append(ctx context.Context, entries []Entry) error

	// List returns what query asks for by time of issue, entries of one second
	// in the order they were added. Its cost grows with the time range.
	List(ctx context.Context, query Query) ([]Entry, error)

	// Sweep deletes the entries issued before a time in Unix seconds. It holds
	// up appending for short moments only, and may be ended in between.
	Sweep(ctx context.Context, before int64) error
}
