package combine

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/deadline"
	"xiaozhibo.dev/libs/telemetry"
)

// maxWait bounds a batch none of whose callers has a deadline.
const maxWait = 10 * time.Second

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
