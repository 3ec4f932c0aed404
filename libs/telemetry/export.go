package telemetry

import (
	"context"
	"fmt"
	"os"
	"strings"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// exported reports whether OTEL_* ask for a signal, TRACES or METRICS, to be
// sent: an exporter is named, or an endpoint is. OpenTelemetry's own default
// would be to send to localhost.
func exported(signal string) bool {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		return false
	}
	for _, name := range []string{"OTEL_" + signal + "_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_" + signal + "_ENDPOINT"} {
		if value := os.Getenv(name); value != "" {
			return value != "none"
		}
	}
	return false
}

// metricReader sends the metrics from time to time; it is nil where none are.
func metricReader(ctx context.Context) (sdkmetric.Reader, error) {
	if !exported("METRICS") {
		return nil, nil
	}
	reader, err := autoexport.NewMetricReader(ctx)
	if err != nil {
		return nil, fmt.Errorf("otel_metrics_exporter: %w", err)
	}
	return reader, nil
}

type tracerProvider interface {
	trace.TracerProvider
	Shutdown(ctx context.Context) error
}

// newTracerProvider records what OTEL_TRACES_SAMPLER chooses. Where nothing is
// sent nothing is recorded, but each request has a trace id all the same: logs of
// several processes are joined by it.
func newTracerProvider(ctx context.Context, described *resource.Resource) (tracerProvider, error) {
	if !exported("TRACES") {
		return unsent{}, nil
	}
	exporter, err := autoexport.NewSpanExporter(ctx)
	if err != nil {
		return nil, fmt.Errorf("otel_traces_exporter: %w", err)
	}
	return sdktrace.NewTracerProvider(sdktrace.WithResource(described), sdktrace.WithBatcher(exporter)), nil
}
