// Package combine turns many concurrent calls into few batches: the busier,
// the cheaper. Calls that arrive while a batch is under way become the next
// batch. There is no timer, so an idle combiner adds no delay.
package combine

import (
	"container/list"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/deadline"
	"xiaozhibo.dev/libs/telemetry"
)

// maxWait bounds a batch none of whose callers has a deadline.
const maxWait = 10 * time.Second

// ErrClosed is returned by Do after Close.
var ErrClosed = apierr.New(apierr.Unavailable, "shutting down")

// Func carries out one batch and returns one result for each item, in order. With
// Options.Parts it may return those of the first items alone.
type Func[T, R any] func(ctx context.Context, items []T) []Result[R]

// Combiner gathers calls into batches. Its one goroutine ends with Close.
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

// call is one call of Do, from the queue to its results. done is closed once results are
// set, by answer.
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

// loop carries out batch after batch until Close, and then what is still waiting. A
// wake-up may stand for many calls, and some may find nothing to do.
func (c *Combiner[T, R]) loop() {
	defer close(c.done)
	for open := true; open; {
		_, open = <-c.wake
		for {
			// The first caller makes this goroutine the next to run, before others that are
			// ready to call. They are let through, or batches of a fast Func hold one item.
			runtime.Gosched()
			batch, items := c.take()
			if len(batch) == 0 {
				break
			}
			c.carryOut(batch, items)
		}
	}
}

// take removes the next batch from the queue, dropping callers that have left.
func (c *Combiner[T, R]) take() (batch []*call[T, R], items []T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for first := c.waiting.Front(); first != nil; first = c.waiting.Front() {
		next := first.Value.(*call[T, R])
		if len(items) > 0 && len(items)+len(next.items) > c.options.Max {
			break
		}
		c.waiting.Remove(first)
		if err := next.over(now); err != nil {
			next.answer(Fail[R](len(next.items), err))
			continue
		}
		batch = append(batch, next)
		items = append(items, next.items...)
	}
	c.batch = batch
	return batch, items
}

// carryOut runs one batch and hands the results to its callers. It goes on when a caller
// leaves: the others still wait.
func (c *Combiner[T, R]) carryOut(batch []*call[T, R], items []T) {
	c.metrics.batch(len(items), time.Since(batch[0].began))
	ctx, free := batchContext(batch)
	defer free()
	ctx, span := traced(ctx, c.options.Name, batch)
	results := c.protect(ctx, items)
	telemetry.End(span, Whole(results))
	c.handOut(batch, results)
}

// handOut gives the calls of a batch their results. Calls that the batch has not come to are
// put before those that wait.
func (c *Combiner[T, R]) handOut(batch []*call[T, R], results []Result[R]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.batch = nil
	for at, next := range batch {
		if len(results) < len(next.items) {
			for _, one := range slices.Backward(batch[at:]) {
				one.place = c.waiting.PushFront(one)
			}
			return
		}
		next.answer(results[:len(next.items):len(next.items)])
		results = results[len(next.items):]
	}
}

// protect turns a panic into an error of every item, so that one bad batch does
// not end the process or leave its callers waiting.
func (c *Combiner[T, R]) protect(ctx context.Context, items []T) []Result[R] {
	results, err := func() (results []Result[R], err error) {
		defer apierr.Recover(&err)
		return c.run(ctx, items), nil
	}()
	if err == nil && !c.complete(len(results), items) {
		err = fmt.Errorf("combine: %d results for %d items", len(results), len(items))
	}
	if err != nil {
		return Fail[R](len(items), err)
	}
	return results
}

// complete tells whether there are as many results as there may be: for every
// item, or in parts for the first of them.
func (c *Combiner[T, R]) complete(results int, items []T) bool {
	return results == len(items) || c.options.Parts && 0 < results && results < len(items)
}

// batchContext lives as long as the most patient caller: a batch outlives any
// one of its callers.
func batchContext[T, R any](batch []*call[T, R]) (ctx context.Context, free func()) {
	latest := time.Time{}
	for _, next := range batch {
		end, ok := next.ctx.Deadline()
		if !ok {
			end = time.Now().Add(maxWait)
		}
		if end.After(latest) {
			latest = end
		}
	}
	return deadline.Only(latest)
}
