package boltfile

import (
	"context"
	"errors"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/store/storemetrics"
	"xiaozhibo.dev/libs/telemetry"
)

// metrics measures one file.
type metrics struct {
	operations *storemetrics.Operations
	size       metric.Registration
}

// newMetrics registers the instruments of one file, under its name.
func newMetrics(meter metric.Meter, name, path string) (*metrics, error) {
	operations, err := storemetrics.New(meter, "bbolt", name)
	size, err2 := meter.Int64ObservableGauge("xzb.bbolt.size",
		metric.WithUnit("By"),
		metric.WithDescription("Size of the file on disk, by service. It does not shrink: what is freed is used again."))
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	service := metric.WithAttributeSet(attribute.NewSet(semconv.DBNamespace(name)))
	registration, err := meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		info, err := os.Stat(path)
		if err == nil {
			observer.ObserveInt64(size, info.Size(), service)
		}
		return err
	}, size)
	return &metrics{operations, registration}, err
}

// close ends the gauge of the size: the file is about to be closed.
func (m *metrics) close() error { return m.size.Unregister() }

// begin returns what to call at the end of a commit.
func (m *metrics) begin(ctx context.Context, changes int) (done func(error)) {
	began := time.Now()
	_, span := telemetry.Child(ctx, "commit "+m.operations.Namespace, trace.WithSpanKind(trace.SpanKindClient))
	if span.IsRecording() {
		span.SetAttributes(m.operations.Describe("commit", changes)...)
	}
	return func(err error) {
		m.operations.Record("commit", time.Since(began), err)
		telemetry.End(span, err)
	}
}
