package telemetry_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"xiaozhibo.dev/libs/telemetry"
)

// collector counts what is sent to each path.
type collector struct {
	mu   sync.Mutex
	sent map[string]int
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if body, err := io.ReadAll(req.Body); err == nil && bytes.Contains(body, []byte("named.here")) {
		c.sent[req.URL.Path]++
	}
}

func TestNothingIsExportedUnlessAVariableSaysSo(t *testing.T) {
	received := &collector{}
	server := httptest.NewServer(received)
	defer server.Close()
	for name, test := range map[string]struct {
		set             map[string]string
		traces, metrics bool
	}{
		"nothing":         {nil, false, false},
		"an endpoint":     {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": server.URL}, true, true},
		"one for traces":  {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": server.URL + "/v1/traces"}, true, false},
		"one for metrics": {map[string]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": server.URL + "/v1/metrics"}, false, true},
		"no traces":       {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": server.URL, "OTEL_TRACES_EXPORTER": "none"}, false, true},
		"none sampled":    {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": server.URL, "OTEL_TRACES_SAMPLER": "always_off"}, false, true},
		"disabled":        {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": server.URL, "OTEL_SDK_DISABLED": "true"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			received.sent = map[string]int{}
			for name, value := range test.set {
				t.Setenv(name, value)
			}
			measured := start(t, io.Discard)
			_, span := measured.Tracer("test").Start(t.Context(), "named.here")
			if !span.SpanContext().IsValid() {
				t.Error("there is no trace id")
			}
			span.End()
			took, err := measured.Meter("test").Float64Histogram("named.here")
			if err != nil {
				t.Fatal(err)
			}
			took.Record(t.Context(), 1)
			stop(t, measured)
			if got := received.sent["/v1/traces"] > 0; got != test.traces {
				t.Errorf("traces are sent: %v", got)
			}
			if got := received.sent["/v1/metrics"] > 0; got != test.metrics {
				t.Errorf("metrics are sent: %v", got)
			}
		})
	}
}

func TestACollectorThatIsAwayIsALineInTheLog(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	var logged bytes.Buffer
	measured := start(t, &logged)
	_, span := measured.Tracer("test").Start(t.Context(), "span")
	span.End()
	stop(t, measured)
	if got := logged.String(); !strings.Contains(got, "telemetry") || !strings.Contains(got, "connection refused") {
		t.Errorf("logged %q", got)
	}
}

func TestABadVariableIsAnError(t *testing.T) {
	for name, value := range map[string]string{"OTEL_TRACES_EXPORTER": "pigeon", "OTEL_METRICS_EXPORTER": "pigeon", "OTEL_METRICS_PRODUCERS": "none", "OTEL_RESOURCE_ATTRIBUTES": "no value"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			_, err := telemetry.New(t.Context(), "test", "v1", slog.New(slog.DiscardHandler))
			if err == nil || !strings.Contains(err.Error(), strings.ToLower(name)) {
				t.Errorf("error %v does not name the variable", err)
			}
		})
	}
}

func TestALineOfALogLeadsToItsTrace(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(telemetry.LogHandler(slog.NewJSONHandler(&logged, nil))).With("program", "test")
	measured := start(t, io.Discard)
	defer stop(t, measured)
	ctx, span := measured.Tracer("test").Start(t.Context(), "span")
	log.InfoContext(ctx, "within")
	log.Info("without")
	within, without, _ := strings.Cut(logged.String(), "\n")
	if want := `"trace_id":"` + span.SpanContext().TraceID().String() + `"`; !strings.Contains(within, want) {
		t.Errorf("%s lacks %s", within, want)
	}
	if strings.Contains(without, "trace_id") || !strings.Contains(without, `"program":"test"`) {
		t.Errorf("logged %s", without)
	}
}

func start(t *testing.T, logged io.Writer) *telemetry.Telemetry {
	t.Helper()
	measured, err := telemetry.New(t.Context(), "test", "v1", slog.New(slog.NewTextHandler(logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return measured
}

func stop(t *testing.T, measured *telemetry.Telemetry) {
	t.Helper()
	if err := measured.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}
