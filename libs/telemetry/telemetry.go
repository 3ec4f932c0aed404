// Package telemetry holds the metrics and traces of a process. Prometheus fetches the metrics;
// both are sent by OTLP where OpenTelemetry's own OTEL_* variables say so, and nothing is by
// default. Nothing is global but the place where OpenTelemetry reports its own errors: whoever
// measures is handed a Scope.
//
// New makes the Telemetry of a process and Scope what one package is handed. Labels makes the
// labels of an instrument once for each key. Child, Serve and End are for spans; Pass and
// Continue carry a trace between processes. Which metrics there are is for each package to say,
// in its metrics.go or observe.go.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"

	"xiaozhibo.dev/libs/telemetry/tally"
)

// flushTimeout bounds how long the end of a process waits for a collector.
const flushTimeout = 5 * time.Second

// Telemetry is the measuring side of one process.
type Telemetry struct {
	registry *prometheus.Registry
	tallied  *tally.Registry
	metrics  *sdkmetric.MeterProvider
	traces   tracerProvider
	log      *slog.Logger
}

// New returns the telemetry of a process, with the Go runtime's own metrics and
// its version in it. Program is its service.name unless OTEL_SERVICE_NAME says
// otherwise. An OTEL_* variable that names an unknown exporter is an error.
func New(ctx context.Context, program, version string, log *slog.Logger) (*Telemetry, error) {
	reported := rate.Sometimes{First: 1, Interval: time.Minute} // a collector that is away fails every few seconds
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		reported.Do(func() { log.Warn("telemetry is not exported", "err", err) })
	}))
	described, err := describe(ctx, program, version)
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo(version))
	tallied := &tally.Registry{}
	scraped, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo(), otelprometheus.WithProducer(tallied))
	if err != nil {
		return nil, fmt.Errorf("prometheus exporter: %w", err)
	}
	options := []sdkmetric.Option{sdkmetric.WithResource(described), sdkmetric.WithReader(scraped)}
	pushed, err := metricReader(ctx, tallied)
	if err != nil {
		return nil, err
	}
	if pushed != nil {
		options = append(options, sdkmetric.WithReader(pushed))
	}
	traces, err := newTracerProvider(ctx, described)
	if err != nil {
		return nil, err
	}
	return &Telemetry{registry, tallied, sdkmetric.NewMeterProvider(options...), traces, log}, nil
}

// describe tells what this process is. OTEL_SERVICE_NAME and
// OTEL_RESOURCE_ATTRIBUTES have the last word.
func describe(ctx context.Context, program, version string) (*resource.Resource, error) {
	instance, err := os.Hostname() // a pod's is its name
	if err != nil {
		return nil, fmt.Errorf("hostname: %w", err)
	}
	described, err := resource.New(ctx,
		resource.WithSchemaURL(semconv.SchemaURL),
		resource.WithAttributes(
			semconv.ServiceName(program), semconv.ServiceNamespace("xiaozhibo"),
			semconv.ServiceVersion(version), semconv.ServiceInstanceID(instance)),
		resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("otel_resource_attributes: %w", err)
	}
	return described, nil
}

func buildInfo(version string) prometheus.Collector {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "xzb_build_info",
		Help:        "1, with the version of the program as a label.",
		ConstLabels: prometheus.Labels{"service_version": version},
	})
	build.Set(1)
	return build
}

// Meter returns the meter for one package's instruments.
func (t *Telemetry) Meter(name string) metric.Meter {
	return t.tallied.Meter(name, t.metrics.Meter(name))
}

// Tracer returns the tracer of a package in which traces begin.
func (t *Telemetry) Tracer(name string) trace.Tracer { return t.traces.Tracer(name) }

// Handler serves every metric in the formats of Prometheus.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{EnableOpenMetrics: true}) // which has exemplars
}

// Close sends what has not been sent yet. A collector that is away is a line in
// the log and no error: the process has done its work.
func (t *Telemetry) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	var lost, lostMetrics error
	var both sync.WaitGroup // one of them may hang
	both.Go(func() { lost = t.traces.Shutdown(ctx) })
	both.Go(func() { lostMetrics = t.metrics.Shutdown(ctx) })
	both.Wait()
	if err := errors.Join(lost, lostMetrics); err != nil {
		t.log.Warn("the last telemetry is lost", "err", err)
	}
	return nil
}
