package rpc

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/apierr"
)

// metrics measures one upstream. Labels are upstream, method and code, which
// are our own words.
type metrics struct {
	upstream attribute.KeyValue
	duration metric.Float64Histogram
	retries  metric.Int64Counter
	open     metric.Int64UpDownCounter
}

func newMetrics(meter metric.Meter, upstream string) (*metrics, error) {
	duration, err := meter.Float64Histogram("xzb.upstream.duration",
		metric.WithUnit("s"),
		metric.WithDescription("Duration of calls with all their attempts, by upstream, method and code."),
		metric.WithExplicitBucketBoundaries(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5))
	retries, err2 := meter.Int64Counter("xzb.upstream.retries",
		metric.WithDescription("Attempts after the first, by upstream and method."))
	open, err3 := meter.Int64UpDownCounter("xzb.upstream.breaker.open",
		metric.WithDescription("1 while calls fail at once because the upstream has not answered, else 0."))
	m := &metrics{attribute.String("upstream", upstream), duration, retries, open}
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	m.broke(0) // shown from the beginning
	return m, nil
}

func (m *metrics) called(method string, code apierr.Code, took time.Duration) {
	if code == "" {
		code = "ok"
	}
	m.duration.Record(context.Background(), took.Seconds(), metric.WithAttributes(
		m.upstream, attribute.String("method", method), attribute.String("code", string(code))))
}

func (m *metrics) retried(method string) {
	m.retries.Add(context.Background(), 1, metric.WithAttributes(m.upstream, attribute.String("method", method)))
}

// broke changes by 1 when the breaker opens and by -1 when it closes.
func (m *metrics) broke(by int64) {
	m.open.Add(context.Background(), by, metric.WithAttributes(m.upstream))
}
