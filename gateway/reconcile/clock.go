package reconcile

import (
	"sync"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// clock tells the time by the stream service's clock, which decides what is newer. The
// answer to a lease says what that is; between two of them our own clock goes on.
type clock struct {
	mu     sync.Mutex
	theirs int64     // Unix milliseconds, at some moment before ours; 0: not known
	ours   time.Time // when the answer was here
}

// set takes the time out of an answer that came at a moment. An answer without the duty says
// when another's is over, and not what time it is.
func (c *clock) set(state streams.LeaseState, ttl time.Duration, at time.Time) {
	if !state.Held {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.theirs, c.ours = state.Until-ttl.Milliseconds(), at
}

// at returns a time that is no later than the service's at a moment of ours, in Unix
// milliseconds: what happened since then is newer than what is asked now.
func (c *clock) at(ours time.Time) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.theirs + max(ours.Sub(c.ours), 0).Milliseconds()
}
