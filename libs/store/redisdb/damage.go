package redisdb

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

const (
	// damageEvery is how often the log tells of one damaged record.
	damageEvery = 10 * time.Minute
	// maxDamages bounds the memory of what was told.
	maxDamages = 1000
)

// damages are the records that were told of, and when.
type damages struct {
	mu      sync.Mutex
	told    map[[2]string]time.Time
	count   metric.Int64Counter
	service metric.MeasurementOption
}

func newDamages(meter metric.Meter, service string) (*damages, error) {
	count, err := meter.Int64Counter("xzb.redis.damaged",
		metric.WithDescription("Reads of a record in Redis that is damaged and was left out, by service."))
	if err != nil {
		return nil, err
	}
	d := &damages{
		told: map[[2]string]time.Time{}, count: count,
		service: metric.WithAttributeSet(attribute.NewSet(semconv.DBNamespace(service))),
	}
	d.count.Add(context.Background(), 0, d.service) // it is there before the first
	return d, nil
}

// Damaged counts a record that is left out of an answer as it is not what it
// should be, and names it in the log now and then.
func (db *DB) Damaged(ctx context.Context, key, field string, err error) {
	db.damages.count.Add(ctx, 1, db.damages.service)
	if db.damages.due([2]string{key, field}, time.Now()) {
		db.log.ErrorContext(ctx, "a damaged record is left out", "key", key, "field", field, "err", err)
	}
}

func (d *damages) due(record [2]string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if last, known := d.told[record]; known && now.Sub(last) < damageEvery {
		return false
	}
	if len(d.told) >= maxDamages {
		clear(d.told)
	}
	d.told[record] = now
	return true
}
