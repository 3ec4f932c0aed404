package rpc

import (
	"context"
	"errors"

	"xiaozhibo.dev/libs/combine"
)

// maxBatch bounds the items of one request. A whole batch of the largest items
// stays under MaxBody: an item has less than 5 KB, and JSON turns a byte into
// six at worst.
const maxBatch = 512

// Batch sends the items of concurrent calls in one request. It is safe for concurrent use.
type Batch[T, R any] struct {
	combiner *combine.Combiner[T, R]
}

// NewBatch batches calls of a method that HandleBatch serves.
func NewBatch[T, R any](c *Client, method string) Batch[T, R] {
	return Batch[T, R]{combine.New(c.batches(method), sender[T, R](c, method))}
}

// NewStamped is NewBatch for items that stamp marks as they leave, once however
// often they are sent. Batches leave one after the other.
func NewStamped[T, R any](c *Client, method string, stamp func(items []T)) Batch[T, R] {
	send := sender[T, R](c, method)
	return Batch[T, R]{combine.New(c.batches(method), func(ctx context.Context, items []T) []combine.Result[R] {
		stamp(items)
		return send(ctx, items)
	})}
}

// NewReads is NewBatch for reads: identical items of a batch are sent once, and
// those whose reply would be too long are sent again in halves.
func NewReads[K comparable, R any](c *Client, method string) Batch[K, R] {
	return Batch[K, R]{combine.New(c.batches(method), combine.Distinct(inHalves(sender[K, R](c, method))))}
}

// Do sends items with the next batch. Items that have a Check are checked first, and one
// that is refused is not sent. Values may point to memory that other callers share. Nobody
// may change it.
func (b Batch[T, R]) Do(ctx context.Context, items []T) []combine.Result[R] {
	return combine.Sorted(items, check, func(items []T) []combine.Result[R] {
		return b.combiner.Do(ctx, items...)
	})
}

// check returns the error of an item's own Check; an item without one is good.
func check[T any](item T) error {
	if checked, ok := any(item).(interface{ Check() error }); ok {
		return checked.Check()
	}
	return nil
}

// Close ends the batching after the calls it has accepted.
func (b Batch[T, R]) Close() { b.combiner.Close() }

// batches returns the options of the combiner of a method.
func (c *Client) batches(method string) combine.Options {
	options := combine.Options{Name: method, Max: maxBatch}
	if c.upstream != nil {
		options.Meter = c.upstream.meter
	}
	return options
}

// sender returns what sends a batch as one call.
func sender[T, R any](c *Client, method string) combine.Func[T, R] {
	return func(ctx context.Context, items []T) []combine.Result[R] {
		return callBatch[T, R](ctx, c, method, items)
	}
}

// inHalves is for reads only: what was too long has been carried out already.
func inHalves[T, R any](send combine.Func[T, R]) combine.Func[T, R] {
	return func(ctx context.Context, items []T) []combine.Result[R] {
		results := send(ctx, items)
		if len(items) < 2 || !errors.Is(combine.Whole(results), errTooLong) {
			return results
		}
		middle := len(items) / 2
		return append(inHalves(send)(ctx, items[:middle]), inHalves(send)(ctx, items[middle:])...)
	}
}
