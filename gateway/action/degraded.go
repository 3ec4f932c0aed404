package action

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/deadline"
)

// patience is the part of the time that remains which is spent on what an answer
// can do without: the rest is for what it needs.
const patience = 4

// soon returns a context that ends when patience does.
func soon(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	now := time.Now()
	return deadline.With(ctx, now.Add(end.Sub(now)/patience))
}

// orZeros asks for one number for each key. One that does not come soon is zero;
// why is the error of the first.
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

// tellMissing logs and counts an answer that is given without something.
func (a *Actions) tellMissing(ctx context.Context, what string, err error) {
	if err == nil {
		return
	}
	a.log.WarnContext(ctx, "rows are served without "+what, "err", err)
	a.degraded.Add(ctx, 1, metric.WithAttributes(attribute.String("what", what)))
}
