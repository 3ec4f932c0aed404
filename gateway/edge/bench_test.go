package edge_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/gofiber/fiber/v2"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/lifecycle"
)

// BenchmarkFetchList fetches a page of 20 rows over the loopback, by 64 clients,
// through the gateway and from a fiber handler that returns the same bytes. What
// tells is the ratio: the rest is the client.
func BenchmarkFetchList(b *testing.B) {
	fakes := gatewaytest.World()
	rooms := make([]stream.Room, 20)
	for i := range rooms {
		rooms[i] = stream.Room{User: "tom", StreamID: "8888_tom", Group: "g1", Title: "title", Timestamp: 1480000000, Online: true}
	}
	fakes.Stream.PagesFunc = func(_ context.Context, queries []stream.Query) ([]stream.Page, error) {
		pages := make([]stream.Page, len(queries))
		for i := range pages {
			pages[i] = stream.Page{Total: len(rooms), Rooms: rooms}
		}
		return pages, nil
	}
	base := serveFakes(b, edge.Config{}, fakes, &lifecycle.Health{})
	const request = `{"Action":"FetchList","flag":1,"pageno":1,"pagesize":20}`
	reply := post(b, base, request)

	b.Run("gateway", func(b *testing.B) { poll(b, base, request) })
	b.Run("bare fiber", func(b *testing.B) { poll(b, serveBare(b, reply), request) })
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
