package streams

import (
	"context"

	"xiaozhibo.dev/libs/apierr"
)

// Bounds of leases and bookmarks.
const (
	MaxName          = 64        // bytes of a name of a lease or a bookmark
	MaxHolder        = 256       // bytes of a holder
	MaxLeaseTTL      = 3_600_000 // milliseconds
	MaxBookmark      = 256 << 10 // bytes of the value of a bookmark
	MaxBookmarkNames = 64        // bookmarks of a store
)

// LeaseRequest asks that one process at a time does a duty. A holder asks again before its time
// is over. TTL 0 gives the duty back. A process that vanishes keeps its duty until the time is
// over, so a short one is taken over soon, and a long one costs fewer calls.
type LeaseRequest struct {
	Name   string `json:"name"`
	Holder string `json:"holder"` // different for each process
	TTL    int64  `json:"ttl"`    // milliseconds
}

// LeaseState says who has the duty, and until when, in Unix milliseconds by the service's
// clock. Holder is "" where nobody has it. A holder counts its own time from before it
// asked: it never believes to have the duty for longer than the service does.
type LeaseState struct {
	Held   bool   `json:"held,omitempty"` // by who asked
	Holder string `json:"holder,omitempty"`
	Until  int64  `json:"until,omitempty"`
}

// Bookmark is what a process wants to find again: how far it has read, and what it has
// yet to do. Version grows with each write; 0 is a bookmark that was never written.
type Bookmark struct {
	Name    string `json:"name"`
	Version int64  `json:"version"`
	Value   []byte `json:"value,omitempty"`
}

// BookmarkPut is what a write of a bookmark has come to: the bookmark as it is now. Where
// another was faster, Written is false, nothing was changed, and the bookmark is the other's:
// whoever wants to write goes on from that.
type BookmarkPut struct {
	Written  bool     `json:"written,omitempty"`
	Bookmark Bookmark `json:"bookmark"`
}

// Duties is for processes that share work.
type Duties interface {
	// Lease takes, keeps or gives back a duty. Invalid for what Check refuses.
	Lease(ctx context.Context, request LeaseRequest) (LeaseState, error)

	// Bookmark returns what was written last under a name.
	Bookmark(ctx context.Context, name string) (Bookmark, error)

	// PutBookmark writes a bookmark, if the one that is there has the same version. It is
	// then there with the next version. Invalid for what Check refuses; TooMany for a new
	// name over MaxBookmarkNames.
	PutBookmark(ctx context.Context, bookmark Bookmark) (BookmarkPut, error)
}

// Check returns an Invalid error for a request without sense.
func (r LeaseRequest) Check() error {
	if r.Name == "" || len(r.Name) > MaxName || r.Holder == "" || len(r.Holder) > MaxHolder {
		return apierr.New(apierr.Invalid, "a lease needs a name of at most %d bytes, and a holder of at most %d", MaxName, MaxHolder)
	}
	if r.TTL < 0 || r.TTL > MaxLeaseTTL {
		return apierr.New(apierr.Invalid, "the time of a lease must be 0 to %d milliseconds", MaxLeaseTTL)
	}
	return nil
}

// Check returns an Invalid error for a bookmark without sense.
func (b Bookmark) Check() error {
	if b.Name == "" || len(b.Name) > MaxName || len(b.Value) > MaxBookmark {
		return apierr.New(apierr.Invalid, "a bookmark needs a name of at most %d bytes, and a value of at most %d", MaxName, MaxBookmark)
	}
	return nil
}
