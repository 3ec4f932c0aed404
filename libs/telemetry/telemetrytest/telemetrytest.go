// Package telemetrytest keeps what is measured and traced, for tests to look at.
package telemetrytest

import (
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/libs/telemetry/tally"
)

// Recorder keeps what is measured and traced with its Scope.
type Recorder struct {
	tallied tally.Registry
	reader  *sdkmetric.ManualReader
	metrics *sdkmetric.MeterProvider
	spans   *tracetest.SpanRecorder
	traces  *sdktrace.TracerProvider
}

// New returns an empty Recorder.
func New() *Recorder {
	r := &Recorder{spans: tracetest.NewSpanRecorder()}
	r.reader = sdkmetric.NewManualReader(sdkmetric.WithProducer(&r.tallied))
	r.metrics = sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader))
	r.traces = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(r.spans))
	return r
}

// Scope measures and traces into the Recorder, and does not log.
func (r *Recorder) Scope() telemetry.Scope {
	return telemetry.Scope{Meter: r.tallied.Meter("test", r.metrics.Meter("test")), Tracer: r.traces.Tracer("test"), Log: slog.New(slog.DiscardHandler)}
}

// Spans are those that have ended, in that order.
func (r *Recorder) Spans() []sdktrace.ReadOnlySpan { return r.spans.Ended() }

// Span returns the one span of that name.
func (r *Recorder) Span(tb testing.TB, name string) sdktrace.ReadOnlySpan {
	tb.Helper()
	var found []sdktrace.ReadOnlySpan
	var names []string
	for _, span := range r.Spans() {
		names = append(names, span.Name())
		if span.Name() == name {
			found = append(found, span)
		}
	}
	if len(found) != 1 {
		tb.Fatalf("%d spans %q, want one, among %q", len(found), name, names)
	}
	return found[0]
}

// Values are the values of every counter and gauge, and the number of values in
// every histogram, by "name label=value …" with the labels in order.
func (r *Recorder) Values(tb testing.TB) map[string]int {
	tb.Helper()
	var collected metricdata.ResourceMetrics
	if err := r.reader.Collect(tb.Context(), &collected); err != nil {
		tb.Fatal(err)
	}
	values := map[string]int{}
	for _, scope := range collected.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				numbers(values, m.Name, data.DataPoints)
			case metricdata.Gauge[int64]:
				numbers(values, m.Name, data.DataPoints)
			case metricdata.Histogram[float64]:
				counts(values, m.Name, data.DataPoints)
			case metricdata.Histogram[int64]:
				counts(values, m.Name, data.DataPoints)
			default:
				tb.Fatalf("the metric %s is of %T", m.Name, m.Data)
			}
		}
	}
	return values
}

func numbers(values map[string]int, name string, points []metricdata.DataPoint[int64]) {
	for _, point := range points {
		values[key(name, point.Attributes.Encoded(encoder))] = int(point.Value)
	}
}

func counts[N int64 | float64](values map[string]int, name string, points []metricdata.HistogramDataPoint[N]) {
	for _, point := range points {
		values[key(name, point.Attributes.Encoded(encoder))] = int(point.Count)
	}
}

func key(name, labels string) string {
	if labels == "" {
		return name
	}
	return name + " " + strings.ReplaceAll(labels, ",", " ")
}

var encoder = attribute.DefaultEncoder()
