package fairuse

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/telemetry"
)

// logEvery is the time between two lines of the log on one limit. A client over a limit
// may send thousands of requests a second.
const logEvery = 10 * time.Second

// tally counts what is refused.
type tally struct {
	refusals metric.Int64Counter
	over     map[Limit]over
}

// over is what is needed to tell of one limit. Its labels are made once, not for each
// refusal.
type over struct {
	labels metric.MeasurementOption
	log    *ratelog.Log
}

// newTally returns a tally of every limit of config. Each is a time series from the start,
// at zero, so that a rate sees the first refusal.
func newTally(scope telemetry.Scope, config *Config) (*tally, error) {
	refusals, err := scope.Meter.Int64Counter("xzb.fairuse.refusals",
		metric.WithDescription("Actions that were refused, and likes that were not counted, because they were more than is fair, by the limit they were over."))
	if err != nil {
		return nil, err
	}
	t := &tally{refusals: refusals, over: map[Limit]over{}}
	for limit := range config.limits() {
		labels := metric.WithAttributeSet(attribute.NewSet(attribute.String("xzb.limit", string(limit))))
		refusals.Add(context.Background(), 0, labels) // it is there before the first
		t.over[limit] = over{labels, ratelog.New(scope.Log, logEvery, time.Now)}
	}
	return t, nil
}

// refused counts one refusal, and logs it with the client's address and the user that the
// request was about.
func (t *tally) refused(ctx context.Context, limit Limit, from Sender, user string) {
	over := t.over[limit]
	t.refusals.Add(ctx, 1, over.labels)
	over.log.Log(ctx, slog.LevelInfo, "more than is fair", "limit", string(limit), "client", from.Address.Addr().String(), "user", user)
}
