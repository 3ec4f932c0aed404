package redisdb

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

type metrics struct {
	duration  metric.Float64Histogram
	calls     metric.Int64Counter
	conflicts metric.Int64Counter
}

func newMetrics(meter metric.Meter) (metrics, error) {
	duration, err := meter.Float64Histogram("xzb.redis.duration",
		metric.WithUnit("s"),
		metric.WithDescription("Duration of pipelines of scripts, by outcome. (Single commands are not among them.)"),
		metric.WithExplicitBucketBoundaries(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5))
	calls, err2 := meter.Int64Counter("xzb.redis.calls",
		metric.WithDescription("Calls of scripts, which travel in pipelines."))
	conflicts, err3 := meter.Int64Counter("xzb.redis.conflicts",
		metric.WithDescription("Updates done again because another process was faster, by service."))
	return metrics{duration, calls, conflicts}, errors.Join(err, err2, err3)
}

func (m metrics) pipeline(ctx context.Context, calls int, took time.Duration, err error) {
	outcome := "ok"
	if err != nil {
		outcome = "failed"
	}
	m.duration.Record(ctx, took.Seconds(), metric.WithAttributes(attribute.String("outcome", outcome)))
	m.calls.Add(ctx, int64(calls))
}

// Conflicts counts updates that a service has to do again.
func (db *DB) Conflicts(ctx context.Context, service string, n int) {
	if n > 0 {
		db.metrics.conflicts.Add(ctx, int64(n), metric.WithAttributes(attribute.String("service", service)))
	}
}
