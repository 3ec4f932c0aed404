package combine

import (
	"context"
	"time"
)

// overdue looks after the calls whose contexts nothing ends but their time: one timer for
// all of them, as a timer for each costs more than the rest of a call. It is used under the
// lock of its combiner.
type overdue struct {
	timer *time.Timer
	next  time.Time // when the timer fires; zero if it does not
}

// await makes expire run at a time, if it does not run before.
func (o *overdue) await(at time.Time, expire func()) {
	if !o.next.IsZero() && !at.Before(o.next) {
		return
	}
	o.next = at
	if o.timer == nil {
		o.timer = time.AfterFunc(time.Until(at), expire)
	} else {
		o.timer.Reset(time.Until(at))
	}
}

// stop ends the timer. The combiner has answered all calls by then.
func (o *overdue) stop() {
	if o.timer != nil {
		o.timer.Stop()
	}
}

// expire answers the calls whose time is over, waiting or in a batch, and awaits the end of
// the one that is next.
func (c *Combiner[T, R]) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.overdue.next = time.Time{}
	for element := c.waiting.Front(); element != nil; {
		one := element.Value.(*call[T, R])
		element = element.Next()
		if c.expireOne(one) {
			c.waiting.Remove(one.place)
		}
	}
	for _, one := range c.batch {
		c.expireOne(one)
	}
}

// expireOne reports whether the time of a call is over.
func (c *Combiner[T, R]) expireOne(one *call[T, R]) bool {
	switch {
	case one.ends.IsZero() || one.answered:
		return false
	case time.Now().Before(one.ends):
		c.overdue.await(one.ends, c.expire)
		return false
	default:
		one.answer(Fail[R](len(one.items), context.DeadlineExceeded))
		return true
	}
}
