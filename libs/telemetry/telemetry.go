// Package telemetry holds the metrics of a process and serves them to
// Prometheus. Nothing is global: whoever measures is handed a meter.
package telemetry

import (
	"context"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// Telemetry is the measuring side of one process.
type Telemetry struct {
	registry *prometheus.Registry
	provider *sdkmetric.MeterProvider
}

// New returns the telemetry of a process, with the Go runtime's own metrics and
// its version in it.
func New(version string) (*Telemetry, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, fmt.Errorf("prometheus exporter: %w", err)
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "xzb_build_info",
		Help:        "1, with the version of the program as a label.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	registry.MustRegister(build)
	return &Telemetry{registry, sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))}, nil
}

// Meter returns the meter for one package's instruments.
func (t *Telemetry) Meter(name string) metric.Meter { return t.provider.Meter(name) }

// Handler serves every metric in the Prometheus text format.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{})
}

// Close ends the measuring.
func (t *Telemetry) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }
