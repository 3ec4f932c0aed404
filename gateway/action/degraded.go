package action

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/combine"
)

// patience is the part of the time that remains which is spent on what an answer
// can do without: the rest is for what it needs.
const patience = 4

// orZeros asks for one number for each key. One that does not come soon is zero;
// why is the error of the first.
func orZeros[K any, N int | int64](ctx context.Context, keys []K, ask func(context.Context, []K) []combine.Result[N]) ([]N, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/patience)
		defer cancel()
	}
	numbers, missing := make([]N, len(keys)), error(nil)
	for i, result := range ask(ctx, keys) {
		if result.Err == nil {
			numbers[i] = result.Value
		} else if missing == nil {
			missing = result.Err
		}
	}
	return numbers, missing
}
