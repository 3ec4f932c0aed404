// Package combine turns many concurrent calls into few batches: the busier, the cheaper. Calls
// that arrive while a batch is under way become the next batch. There is no timer, so an idle
// combiner adds no delay.
//
// New starts a Combiner around a Func, which carries out one batch; Do hands items to it and
// waits. It pays wherever a batch costs hardly more than an item: an fsync, a request, a script.
// Sharded divides items among several by a key, and Distinct asks for the same key once. Result
// is what became of one item, here and in every contract.
//
// A batch begins only after its calls have arrived, so a read sees all that was acknowledged
// before it. There is no cache and no retry: who wants either builds it around Do.
// docs/decisions/combining.md says what else was considered.
package combine

import (
	"container/list"
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/deadline"
)

// ErrClosed is returned by Do after Close.
var ErrClosed = apierr.New(apierr.Unavailable, "shutting down")

// Func carries out one batch and returns one result for each item, in order. With
// Options.Parts it may return those of the first items alone.
type Func[T, R any] func(ctx context.Context, items []T) []Result[R]

// Combiner gathers calls into batches. Its one goroutine ends with Close. It is safe for
// concurrent use. The queue has no bound of its own: a caller waits in Do, so there are never
// more items than callers have brought, and one that leaves takes its own along.
type Combiner[T, R any] struct {
	run     Func[T, R]
	options Options
	metrics metrics

	mu      sync.Mutex
	waiting list.List // of *call[T, R]
	batch   []*call[T, R]
	closed  bool
	overdue overdue

	wake chan struct{}
	done chan struct{}
}

// call is one call of Do, from the queue to its results. done is closed once results are set, by
// answer. It is shared by the caller and the loop; done hands it from one to the other.
type call[T, R any] struct {
	ctx     context.Context
	began   time.Time
	items   []T
	results []Result[R]
	done    chan struct{}

	// Of use under the lock only:
	ends     time.Time     // see overdue; zero if the caller leaves by itself
	answered bool          // done is closed
	place    *list.Element // in the queue
}

// over returns the error of a call whose context has ended. The clock is not read for one
// that nothing ends but its time: a batch reads it once for all of them.
func (c *call[T, R]) over(now time.Time) error {
	switch {
	case c.ends.IsZero():
		return c.ctx.Err()
	case now.Before(c.ends):
		return nil
	default:
		return context.DeadlineExceeded
	}
}

// answer gives a call its results, unless it has some. It is called under the lock.
func (c *call[T, R]) answer(results []Result[R]) {
	if !c.answered {
		c.answered, c.results = true, results
		close(c.done)
	}
}

// Options are what a combiner is started with.
type Options struct {
	Name string // of its batches, in metrics and traces
	// Max bounds the items of a batch; one call is never divided, so a call larger
	// than that is a batch of its own.
	Max   int
	Meter metric.Meter // nil: none
	// Parts lets a Func of calls with one item each end a batch early: the calls
	// that it has not come to stand before all others in the next one.
	Parts bool
}

// New starts a combiner.
func New[T, R any](options Options, run Func[T, R]) *Combiner[T, R] {
	c := &Combiner[T, R]{
		run:     run,
		options: options,
		metrics: newMetrics(options),
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	go c.loop()
	return c
}

// Do adds items to the next batch and returns their results in order. A caller
// whose context ends leaves at once with the context's error for each item. Its
// items are then carried out only if their batch had begun; which is unknown to
// it, and the others in the batch are not harmed.
func (c *Combiner[T, R]) Do(ctx context.Context, items ...T) []Result[R] {
	if len(items) == 0 {
		return nil
	}
	mine := &call[T, R]{ctx: ctx, began: time.Now(), items: items, done: make(chan struct{})}
	patient := deadline.IsOnly(ctx)
	if patient {
		mine.ends, _ = ctx.Deadline()
	}
	if err := mine.over(mine.began); err != nil {
		return Fail[R](len(items), err)
	}

	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return Fail[R](len(items), ErrClosed)
	}
	mine.place = c.waiting.PushBack(mine)
	select {
	case c.wake <- struct{}{}: // under the lock, so never after Close
	default: // the loop has a wake-up pending and will see this call
	}
	if patient {
		c.overdue.await(mine.ends, c.expire)
	}
	c.mu.Unlock()

	if patient {
		<-mine.done
		return mine.results
	}
	select {
	case <-mine.done:
		return mine.results
	case <-ctx.Done():
		c.leave(mine)
		return Fail[R](len(items), ctx.Err())
	}
}

// leave takes a call that still waits out of the queue: what nobody waits for must not fill
// the memory behind a slow batch. A call that is in a batch is not touched.
func (c *Combiner[T, R]) leave(mine *call[T, R]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting.Remove(mine.place)
}

// Close carries out what has been accepted, then stops. Later calls get ErrClosed.
func (c *Combiner[T, R]) Close() {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.wake)
	}
	c.mu.Unlock()
	<-c.done
	c.mu.Lock()
	defer c.mu.Unlock()
	c.overdue.stop()
}
