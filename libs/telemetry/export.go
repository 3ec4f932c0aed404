package telemetry

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/config"
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

// configuring is held while the one producer of all readers is chosen, which is global
// in autoexport.
var configuring sync.Mutex

// metricReader sends the metrics from time to time, those of producer too; it is nil
// where none are sent.
func metricReader(ctx context.Context, producer sdkmetric.Producer) (sdkmetric.Reader, error) {
	if os.Getenv("OTEL_METRICS_PRODUCERS") != "" {
		return nil, config.Errorf("otel_metrics_producers: must not be set, the programs have one of their own")
	}
	if !exported("METRICS") {
		return nil, nil
	}
	configuring.Lock()
	defer configuring.Unlock()
	autoexport.WithFallbackMetricProducer(func(context.Context) (sdkmetric.Producer, error) { return producer, nil })
	reader, err := autoexport.NewMetricReader(ctx)
	if err != nil {
		return nil, fmt.Errorf("otel_metrics_exporter: %w", err)
	}
	return reader, nil
}

// tracerProvider is one that can be shut down, be it the SDK's or unsent.
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
