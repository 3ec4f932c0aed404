package edge_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// BenchmarkFetchList fetches a page of 20 rows over the loopback, by 64 clients,
// through the gateway and from a fiber handler that returns the same bytes. What
// tells is the ratio: the rest is the client.
func BenchmarkFetchList(b *testing.B) {
	fakes, request := twentyRooms()
	base := serveFakes(b, edge.Config{}, fakes, &lifecycle.Health{})
	reply := post(b, base, request)

	b.Run("gateway", func(b *testing.B) { poll(b, base, request) })
	b.Run("bare fiber", func(b *testing.B) { poll(b, serveBare(b, reply), request) })
}

func twentyRooms() (fakes gatewaytest.Fakes, request string) {
	fakes = gatewaytest.World()
	sessions := make([]streams.Session, 20)
	for i := range sessions {
		sessions[i] = streams.Session{User: "tom", StreamID: "8888_tom", Group: "g1", Title: "title", Timestamp: 1480000000, Online: true}
	}
	fakes.Stream.PagesFunc = func(_ context.Context, queries []streams.Query) ([]streams.Page, error) {
		pages := make([]streams.Page, len(queries))
		for i := range pages {
			pages[i] = streams.Page{Total: len(sessions), Sessions: sessions}
		}
		return pages, nil
	}
	return fakes, `{"Action":"FetchList","flag":1,"pageno":1,"pagesize":20}`
}

// BenchmarkTelemetry tells what telemetry costs FetchList in processor time, this
// client included: metrics against nothing; then, against metrics alone, the trace
// ids of a program that exports nothing, and one trace in ten recorded. Rounds with
// and without take turns; what is reported is the median of their ratios.
func BenchmarkTelemetry(b *testing.B) {
	fakes, request := twentyRooms()
	measured, err := telemetry.New(b.Context(), "bench", "dev", slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	sampled := sdktrace.NewTracerProvider(sdktrace.WithBatcher(tracetest.NewNoopExporter()),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.1))))
	b.Cleanup(func() {
		ctx := context.WithoutCancel(b.Context())
		if err := errors.Join(measured.Close(ctx), sampled.Shutdown(ctx)); err != nil {
			b.Error(err)
		}
	})
	recorded := measured.Scope("bench")
	recorded.Tracer = sampled.Tracer("bench")
	metrics := telemetry.Discard()
	metrics.Meter = measured.Meter("bench")
	for _, compared := range []struct {
		name          string
		without, with telemetry.Scope
	}{
		{"metrics", telemetry.Discard(), metrics},
		{"traces that are off", metrics, measured.Scope("bench")},
		{"one trace in ten", metrics, recorded},
	} {
		without, with := serveScope(b, edge.Config{}, fakes, compared.without), serveScope(b, edge.Config{}, fakes, compared.with)
		b.Run(compared.name, func(b *testing.B) {
			var ratios []float64
			for b.Loop() {
				first, second := spent(b, without, request), spent(b, with, request)
				third, fourth := spent(b, with, request), spent(b, without, request)
				ratios = append(ratios, float64(second+third)/float64(first+fourth))
			}
			slices.Sort(ratios)
			b.ReportMetric(100*(ratios[len(ratios)/2]-1), "%more-cpu")
		})
	}
	poller.CloseIdleConnections()
}

// spent is the processor time of a thousand requests by 32 clients.
func spent(b *testing.B, url, request string) time.Duration {
	b.Helper()
	before := processorTime(b)
	var clients sync.WaitGroup
	for range 32 {
		clients.Go(func() {
			for range 1000 / 32 {
				post(b, url, request)
			}
		})
	}
	clients.Wait()
	return processorTime(b) - before
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func poll(b *testing.B, url, request string) {
	b.Helper()
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			post(b, url, request)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

var poller = &http.Transport{MaxIdleConnsPerHost: 128, DisableCompression: true}

func post(b *testing.B, url, body string) []byte {
	b.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(b.Context()), http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		b.Fatal(err)
	}
	resp, err := poller.RoundTrip(req)
	if err != nil {
		b.Error(err)
		return nil
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.HasPrefix(reply, []byte(`{"returnValue":0,`)) {
		b.Errorf("answered %.100s, %v", reply, err)
	}
	return reply
}

func serveBare(b *testing.B, reply []byte) (base string) {
	b.Helper()
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/", func(c *fiber.Ctx) error { return c.Send(reply) })
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	b.Cleanup(func() {
		poller.CloseIdleConnections()
		if err := app.Shutdown(); err != nil {
			b.Error(err)
		}
		<-done
	})
	return "http://" + listener.Addr().String()
}
