// Package deadline has a context with a deadline that costs no timer until somebody waits for
// it. Most calls are answered out of memory, and nobody does. Only is for those that nothing but
// their time ends, and is cheaper still: package combine waits for thousands of them with one
// timer. Everywhere else they are ordinary contexts.
package deadline

import (
	"context"
	"sync"
	"time"
)

// With is context.WithDeadline without a timer.
func With(parent context.Context, at time.Time) (context.Context, context.CancelFunc) {
	if earlier, ok := parent.Deadline(); ok && earlier.Before(at) {
		at = earlier
	}
	c := &lazy{parent: parent, at: at}
	return c, c.end
}

// Only returns a context that nothing ends but its time. free gives back what it took, and
// is to be called when nobody waits for it any more.
func Only(at time.Time) (ctx context.Context, free func()) {
	c := &lazy{parent: context.Background(), at: at, only: true}
	return c, c.end
}

// IsOnly reports whether nothing has ended ctx and nothing will but its time. A caller that waits for many such
// contexts need not ask each for its Done, so none of them takes a timer.
func IsOnly(ctx context.Context) bool {
	c, _ := ctx.Value(onlyKey{}).(*lazy)
	if c == nil {
		return false
	}
	if at, bounded := ctx.Deadline(); !bounded || !at.Equal(c.at) {
		return false // it is derived without the end of this one
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err == nil && c.ordinary == nil // else ctx may be one that ends earlier: deriving it has asked for Done
}

// onlyKey is the key under which a context of Only finds itself.
type onlyKey struct{}

// lazy becomes an ordinary context when its Done is asked for.
type lazy struct {
	parent context.Context
	at     time.Time
	only   bool // see Only

	mu       sync.Mutex
	err      error // once there is one
	ordinary context.Context
	cancel   context.CancelFunc
}

// Deadline implements context.Context.
func (c *lazy) Deadline() (at time.Time, ok bool) { return c.at, true }

// Done makes the ordinary context, which is over at once if this one is.
func (c *lazy) Done() <-chan struct{} { return c.wake().Done() }

// wake makes the ordinary context, with its timer, the first time that anybody wants to wait.
func (c *lazy) wake() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ordinary == nil {
		c.ordinary, c.cancel = context.WithDeadline(c.parent, c.at)
		if c.err != nil {
			c.cancel()
		}
	}
	return c.ordinary
}

// Err stays what it was when it was told first.
func (c *lazy) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		switch {
		case c.ordinary != nil:
			c.err = c.ordinary.Err()
		case c.parent.Err() != nil:
			c.err = c.parent.Err()
		case !time.Now().Before(c.at):
			c.err = context.DeadlineExceeded
		}
	}
	return c.err
}

// Value is the ordinary context's when there is one: by it those derived from
// this one find where to wait, without a goroutine of their own.
func (c *lazy) Value(key any) any {
	if key == (onlyKey{}) {
		if c.only {
			return c
		}
		return nil // this one may be ended by whoever made it
	}
	c.mu.Lock()
	from := c.ordinary
	c.mu.Unlock()
	if from == nil {
		from = c.parent
	}
	return from.Value(key)
}

// end is the CancelFunc. An error that was told already stays.
func (c *lazy) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
	} else if c.err == nil {
		c.err = context.Canceled
	}
}
