package rpc

import (
	"context"

	"xiaozhibo.dev/libs/combine"
)

// maxBatch bounds the items of one request; a whole batch of the largest items
// stays well under MaxBody.
const maxBatch = 1024

// Batch sends the items of concurrent calls in one request.
type Batch[T, R any] struct {
	combiner *combine.Combiner[T, R]
}

// NewBatch batches calls of a method that takes []T and returns []R.
func NewBatch[T, R any](c *Client, method string) Batch[T, R] {
	return Batch[T, R]{combine.New(maxBatch, sender[T, R](c, method))}
}

// NewReads is NewBatch for reads: identical items of a batch are sent once.
func NewReads[K comparable, R any](c *Client, method string) Batch[K, R] {
	return Batch[K, R]{combine.New(maxBatch, combine.Distinct(sender[K, R](c, method)))}
}

// Do sends items with the next batch. Items that have a Check are checked
// before they join others, whom a refusal would hit too.
func (b Batch[T, R]) Do(ctx context.Context, items []T) ([]R, error) {
	for _, item := range items {
		if checked, ok := any(item).(interface{ Check() error }); ok {
			if err := checked.Check(); err != nil {
				return nil, err
			}
		}
	}
	return b.combiner.Do(ctx, items...)
}

// Close ends the batching after the calls it has accepted.
func (b Batch[T, R]) Close() { b.combiner.Close() }

func sender[T, R any](c *Client, method string) combine.Func[T, R] {
	return func(ctx context.Context, items []T) ([]R, error) {
		return Call[[]R](ctx, c, method, items)
	}
}
