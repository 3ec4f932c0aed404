package redisdb

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"xiaozhibo.dev/libs/store/damage"
)

// damages counts and reports records that cannot be read.
type damages struct {
	*damage.Reporter
	count   metric.Int64Counter
	service metric.MeasurementOption
}

func newDamages(opts Options) (*damages, error) {
	count, err := opts.Meter.Int64Counter("xzb.redis.damaged",
		metric.WithDescription("Reads of a record in Redis that is damaged and was left out, by service."))
	if err != nil {
		return nil, err
	}
	d := &damages{
		Reporter: damage.NewReporter(opts.Log), count: count,
		service: metric.WithAttributeSet(attribute.NewSet(semconv.DBNamespace(opts.Name))),
	}
	d.count.Add(context.Background(), 0, d.service) // it is there before the first
	return d, nil
}

// Damaged counts a record that is left out of an answer because it cannot be read, and
// names it in the log now and then.
func (db *DB) Damaged(ctx context.Context, key, field string, err error) {
	db.damages.count.Add(ctx, 1, db.damages.service)
	db.damages.LeftOut(ctx, fmt.Sprintf("key %q, field %q", key, field), err)
}
