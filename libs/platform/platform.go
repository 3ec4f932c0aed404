// Package platform is what we ask of the live platform that the streams are pushed to: which of
// them are online. It is asked, beside the events that it sends, because events are lost.
//
// Platform is the interface, with an implementation in a package each: tencent, srs and media.
// Package setup makes the one that is configured. Caller is what they share: it bounds, counts
// and classifies calls. What follows from an answer is not decided here but in
// gateway/reconcile.
package platform

import "context"

// State is what the platform says of one stream.
type State string

// The states.
const (
	Online    State = "online"
	Offline   State = "offline"
	Forbidden State = "forbidden" // nobody may push it; nobody does
	Unknown   State = "unknown"   // no answer, or one that says nothing
)

// Gone reports whether the platform says that nobody pushes the stream. A stream of which
// nothing is known is not gone.
func (s State) Gone() bool { return s == Offline || s == Forbidden }

// Stream is a stream that is being pushed.
type Stream struct {
	ID    string
	Since int64 // Unix seconds by the platform's clock: when its push began; 0: it does not say
}

// List is what the platform says is online. Each stream is in it once.
type List struct {
	Streams []Stream
	Whole   bool // a stream that is not in the list is offline; else it has to be asked for
}

// Platform is a live platform. Its errors are of type Error, and none of them means that a
// stream is offline. An implementation is safe for concurrent use, and makes no more calls
// in a second than its budget allows: it waits.
type Platform interface {
	// Online returns the streams that are online. They may be as they were a minute ago.
	Online(ctx context.Context) (List, error)

	// State returns what one stream is. It is Unknown with every error.
	State(ctx context.Context, stream string) (State, error)

	// Drop ends the push of a stream; it may be pushed again at once. A stream that nobody
	// pushes is no error.
	Drop(ctx context.Context, stream string) error

	// Forbid drops a stream and lets nobody push it until a moment, in Unix seconds. The
	// reason is for people. The error is Unsupported where a platform cannot.
	Forbid(ctx context.Context, stream string, until int64, reason string) error

	// Resume lets a stream be pushed that was forbidden. It is no error if the stream was
	// not forbidden.
	Resume(ctx context.Context, stream string) error
}
