package edge_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

func TestMain(m *testing.M) {
	// fasthttp and fiber keep goroutines after shutdown; none is ours.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/gofiber/fiber/v2/utils.StartTimeStampUpdater.func1.1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp/stackless.funcWorker"))
}

const (
	userInfo  = `{"Action":"GetUserInfo","userid":"tom","type":0}`
	badBody   = `{"returnValue":4001,`
	jsonReply = "application/json; charset=utf-8"
)

func serve(t *testing.T, config edge.Config) (base string) {
	t.Helper()
	return serveFakes(t, config, gatewaytest.World(), &lifecycle.Health{})
}

func serveFakes(tb testing.TB, config edge.Config, fakes gatewaytest.Fakes, health *lifecycle.Health) (base string) {
	tb.Helper()
	config.ListenHTTP = "127.0.0.1:0"
	front, actions := newEdge(tb, config, fakes, health)
	return "http://" + serveOn(tb, front, actions, nil)
}

// serveOn serves the one listener there is, until the test ends.
func serveOn(tb testing.TB, front *edge.Edge, actions *action.Actions, tlsConfig *tls.Config) (address string) {
	tb.Helper()
	listeners, err := front.Listen(tb.Context(), tlsConfig)
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- front.Serve(listeners[0]) }()
	tb.Cleanup(func() {
		client.CloseIdleConnections()
		if err := front.Shutdown(tb.Context()); err != nil && tb.Context().Err() == nil {
			tb.Errorf("shut down: %v", err)
		}
		if err := listeners[0].Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			tb.Errorf("close: %v", err) // Shutdown does not know a listener that is not yet served
		}
		if err := <-done; err != nil {
			tb.Errorf("serve: %v", err)
		}
		actions.Close()
	})
	return listeners[0].Addr().String()
}

// newEdge returns one that does not listen yet, and its Actions, to be closed
// after it.
func newEdge(tb testing.TB, config edge.Config, fakes gatewaytest.Fakes, health *lifecycle.Health) (*edge.Edge, *action.Actions) {
	tb.Helper()
	return newEdgeOn(tb, config, fakes, health, telemetry.Discard())
}

func newEdgeOn(tb testing.TB, config edge.Config, fakes gatewaytest.Fakes, health *lifecycle.Health, scope telemetry.Scope) (*edge.Edge, *action.Actions) {
	tb.Helper()
	config.ActionTimeout = 10 * time.Second
	if config.IdleTimeout == 0 {
		config.IdleTimeout = 75 * time.Second
	}
	actions, err := action.New(fakes.Services(), scope)
	if err != nil {
		tb.Fatal(err)
	}
	front, err := edge.New(config, actions, event.New(fakes.Stream, fakes.Signing, scope.Log), health, scope)
	if err != nil {
		tb.Fatal(err)
	}
	return front, actions
}

// client sends what it is told and adds nothing.
var client = &http.Transport{DisableCompression: true}

func do(t *testing.T, method, url, body string, header ...string) (status int, got http.Header, reply string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := client.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s with %d bytes: %v", method, url, len(body), err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s with %d bytes: %v", method, url, len(body), err)
	}
	return resp.StatusCode, resp.Header, string(raw)
}
