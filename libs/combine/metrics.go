package combine

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// metrics measures the batches of one name.
type metrics struct {
	size   metric.Int64Histogram
	wait   metric.Float64Histogram
	labels metric.MeasurementOption
}

// newMetrics registers the instruments of one combiner, under the name of its batches. Without a
// meter nothing is measured.
func newMetrics(options Options) metrics {
	meter := options.Meter
	if meter == nil {
		meter = noop.Meter{}
	}
	size, err := meter.Int64Histogram("xzb.batch.size",
		metric.WithDescription("Items that are carried out together, by batch."),
		metric.WithExplicitBucketBoundaries(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096))
	wait, err2 := meter.Float64Histogram("xzb.batch.wait",
		metric.WithUnit("s"),
		metric.WithDescription("How long the first caller of a batch has waited for it to begin, by batch."),
		metric.WithExplicitBucketBoundaries(0.00001, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5))
	if err := errors.Join(err, err2); err != nil {
		otel.Handle(err) // names and bounds are constants: what is returned with it still works
	}
	return metrics{size, wait, metric.WithAttributeSet(attribute.NewSet(attribute.String("xzb.batch", options.Name)))}
}

// batch records a batch that begins: its items, and how long the first of its callers has
// waited.
func (m metrics) batch(items int, waited time.Duration) {
	m.size.Record(context.Background(), int64(items), m.labels)
	m.wait.Record(context.Background(), waited.Seconds(), m.labels)
}
