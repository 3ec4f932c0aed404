package redisdb

import (
	"context"

	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"xiaozhibo.dev/libs/combine"
)

func newConflicts(meter metric.Meter) (metric.Int64Counter, error) {
	return meter.Int64Counter("xzb.redis.conflicts",
		metric.WithDescription("Updates done again because another process was faster, by service."))
}

// Conflicts counts updates that a service has to do again.
func (db *DB) Conflicts(ctx context.Context, service string, n int) {
	db.conflicts.Add(ctx, int64(n), metric.WithAttributes(semconv.DBNamespace(service)))
}

// Batches returns the options of a combiner of what is sent to Redis, under the
// name of its method, such as "counter.Add".
func (db *DB) Batches(method string, most int) combine.Options {
	return combine.Options{Name: "redis " + method, Max: most, Meter: db.meter}
}
