package tally_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"xiaozhibo.dev/libs/telemetry/tally"
)

// scraped returns a meter and what Prometheus reads of it.
func scraped(t *testing.T, wrap func(metric.Meter) metric.Meter, options ...otelprometheus.Option) (metric.Meter, func() string) {
	t.Helper()
	registry := prometheus.NewRegistry()
	reader, err := otelprometheus.New(append(options, otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo(), otelprometheus.WithoutTargetInfo())...)
	if err != nil {
		t.Fatal(err)
	}
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
	return wrap(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("m")), func() string {
		answer, request := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		request.Header.Set("Accept", "application/openmetrics-text")
		handler.ServeHTTP(answer, request)
		var lines []string
		for line := range bytes.Lines(answer.Body.Bytes()) {
			line, _, _ := strings.Cut(strings.TrimSpace(string(line)), " # ") // an exemplar
			if !strings.Contains(line, "_created") {
				lines = append(lines, line)
			}
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
}

func ours(t *testing.T) (metric.Meter, func() string) {
	t.Helper()
	registry := &tally.Registry{}
	return scraped(t, func(next metric.Meter) metric.Meter { return registry.Meter("m", next) }, otelprometheus.WithProducer(registry))
}

func sdk(t *testing.T) (metric.Meter, func() string) {
	t.Helper()
	return scraped(t, func(m metric.Meter) metric.Meter { return m })
}

// measure uses every kind of instrument, the same for a seed.
func measure(t *testing.T, m metric.Meter, seed uint64) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	requests, err := m.Int64Counter("requests", metric.WithDescription("Requests."))
	must(err)
	again, err := m.Int64Counter("requests", metric.WithDescription("Requests."))
	must(err)
	active, err := m.Int64UpDownCounter("active", metric.WithUnit("{request}"))
	must(err)
	sizes, err := m.Int64Histogram("size", metric.WithUnit("By"), metric.WithExplicitBucketBoundaries(1, 10, 100))
	must(err)
	took, err := m.Float64Histogram("took", metric.WithUnit("s"))
	must(err)
	_, err = m.Int64Counter("never", metric.WithDescription("Nothing is counted."))
	must(err)
	_, err = m.Int64ObservableGauge("open", metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(7)
		return nil
	}))
	must(err)
	random := rand.New(rand.NewPCG(seed, seed))
	for range 500 {
		labels := metric.WithAttributes(attribute.Int("value", random.IntN(3)), attribute.String("action", "a"))
		requests.Add(t.Context(), random.Int64N(3), labels)
		again.Add(t.Context(), 1)
		active.Add(t.Context(), random.Int64N(5)-2, labels)
		sizes.Record(t.Context(), random.Int64N(200), labels)
		took.Record(t.Context(), float64(random.IntN(24000))/2, labels, metric.WithAttributes(attribute.Bool("more", true)))
	}
}

func TestReadersGetTheSameAsFromTheSDK(t *testing.T) {
	for seed := range uint64(3) {
		mine, read := ours(t)
		theirs, want := sdk(t)
		measure(t, mine, seed)
		measure(t, theirs, seed)
		if got, want := read(), want(); got != want {
			t.Errorf("read\n%s\nwant\n%s", got, want)
		}
	}
}

func TestWhatIsBoundCountsTheSameAsWhatIsNot(t *testing.T) {
	labels := attribute.NewSet(attribute.String("action", "a"))
	measure := func(m metric.Meter, bound bool) {
		active, err := m.Int64UpDownCounter("active")
		sizes, err2 := m.Int64Histogram("size")
		took, err3 := m.Float64Histogram("took")
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		add, size, time := tally.BindInt64UpDownCounter(active, labels), tally.BindInt64Histogram(sizes, labels), tally.BindFloat64Histogram(took, labels)
		if !bound {
			option := metric.WithAttributeSet(labels)
			add = func(ctx context.Context, n int64) { active.Add(ctx, n, option) }
			size = func(ctx context.Context, n int64) { sizes.Record(ctx, n, option) }
			time = func(ctx context.Context, f float64) { took.Record(ctx, f, option) }
		}
		for i := range 100 {
			add(t.Context(), int64(i-40))
			size(t.Context(), int64(i))
			time(t.Context(), float64(i)/2)
		}
	}
	theirs, want := sdk(t)
	measure(theirs, false)
	for name, side := range map[string]func(*testing.T) (metric.Meter, func() string){"ours": ours, "the SDK's": sdk} {
		m, got := side(t)
		measure(m, true)
		if got, want := got(), want(); got != want {
			t.Errorf("%s: read\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestNothingThatIsMeasuredAtOnceIsLost(t *testing.T) {
	m, read := ours(t)
	h, err := m.Float64Histogram("took")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 1000 {
				h.Record(t.Context(), 2, metric.WithAttributes(attribute.Int("label", i%3)))
			}
		})
	}
	read() // meanwhile
	all.Wait()
	sum := 0.0
	for line := range strings.Lines(read()) {
		if value, ok := strings.CutPrefix(line, "took_sum{"); ok {
			_, value, _ = strings.Cut(value, " ")
			one, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += one
		}
	}
	if sum != 16_000 {
		t.Errorf("the sum is %v\n%s", sum, read())
	}
}

func TestAValueInARecordedTraceLeadsToIt(t *testing.T) {
	registry := &tally.Registry{}
	m := registry.Meter("m", nil)
	h, err := m.Int64Histogram("size")
	if err != nil {
		t.Fatal(err)
	}
	never, _ := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())).Tracer("t").Start(t.Context(), "not recorded")
	h.Record(never, 1)
	recorded, span := sdktrace.NewTracerProvider().Tracer("t").Start(t.Context(), "recorded")
	h.Record(recorded, 7)
	produced, err := registry.Produce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	points := produced[0].Metrics[0].Data.(metricdata.Histogram[int64]).DataPoints
	traceID, spanID := span.SpanContext().TraceID(), span.SpanContext().SpanID()
	if len(points) != 1 || len(points[0].Exemplars) != 1 || points[0].Exemplars[0].Value != 7 ||
		!bytes.Equal(points[0].Exemplars[0].TraceID, traceID[:]) || !bytes.Equal(points[0].Exemplars[0].SpanID, spanID[:]) {
		t.Errorf("produced %+v", points)
	}
}
