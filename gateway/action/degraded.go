package action

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/deadline"
)

// patience divides the time that remains: a quarter of it is spent on numbers that a reply
// can do without. The rest is left for what the reply cannot do without.
const patience = 4

// soon returns a context that ends after a part of the time that remains, see patience.
// Where ctx has no deadline, it ends with ctx or by cancel.
func soon(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	now := time.Now()
	return deadline.With(ctx, now.Add(end.Sub(now)/patience))
}

// orZeros asks for one number for each key, and puts zero for each that fails. The error
// is the first of those failures; it is for the log and does not make the numbers invalid.
func orZeros[K any, N int | int64](ctx context.Context, keys []K, ask func(context.Context, []K) []combine.Result[N]) ([]N, error) {
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
