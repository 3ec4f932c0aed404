package rpc

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/rpcconv"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
)

// buckets are the bounds of durations, in seconds.
var buckets = metric.WithExplicitBucketBoundaries(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

// metrics measures one upstream. Labels are its name, as server.address, the
// method and the code. All metrics name a fact alike, so that they can be joined.
type metrics struct {
	upstream string
	duration rpcconv.ClientCallDuration
	known    telemetry.Labels[labels]
	retries  metric.Int64Counter
	open     metric.Int64UpDownCounter
}

// newMetrics registers the instruments of one upstream.
func newMetrics(meter metric.Meter, upstream string) (*metrics, error) {
	duration, err := rpcconv.NewClientCallDuration(meter, buckets)
	retries, err2 := meter.Int64Counter("xzb.upstream.retries",
		metric.WithDescription("Attempts after the first, by service and method."))
	open, err3 := meter.Int64UpDownCounter("xzb.upstream.breaker.open",
		metric.WithDescription("1 while calls fail at once because the upstream has not answered, else 0."))
	m := &metrics{upstream: upstream, duration: duration, retries: retries, open: open}
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	m.broke(0) // shown from the beginning
	return m, nil
}

// called records a call that has ended, with all its attempts.
func (m *metrics) called(method string, err error, took time.Duration) {
	known := m.known.Of(labels{method: method, code: apierr.CodeOf(err)}, func(l labels) []attribute.KeyValue {
		return append(l.attributes(), semconv.ServerAddress(m.upstream))
	})
	m.duration.Inst().Record(context.Background(), took.Seconds(), known)
}

// retried counts an attempt that is about to be made again.
func (m *metrics) retried(method string) {
	m.retries.Add(context.Background(), 1, metric.WithAttributes(semconv.ServerAddress(m.upstream), semconv.RPCMethod(method)))
}

// broke changes by 1 when the breaker opens and by -1 when it closes.
func (m *metrics) broke(by int64) {
	m.open.Add(context.Background(), by, metric.WithAttributes(semconv.ServerAddress(m.upstream)))
}

// labels are what a finished call is counted under.
type labels struct {
	method string
	code   apierr.Code
}

// attributes spell the labels as OpenTelemetry does.
func (l labels) attributes() []attribute.KeyValue {
	status := "ok"
	if l.code != "" {
		status = string(l.code)
	}
	attributes := []attribute.KeyValue{semconv.RPCMethod(l.method), semconv.RPCResponseStatusCode(status)}
	if l.code.Ours() {
		attributes = append(attributes, telemetry.ErrorType(l.code))
	}
	return attributes
}
