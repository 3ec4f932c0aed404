// Package rpctest serves methods on a free port of the loopback interface, so
// that a contract suite can run over the wire.
package rpctest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/telemetry"
)

// Serve returns a client of the methods; both end with the test.
func Serve(tb testing.TB, methods ...rpc.Method) *rpc.Client {
	tb.Helper()
	address := Listen(tb, methods...)
	client := rpc.NewClient("http://"+address, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}})
	tb.Cleanup(client.Close)
	return client
}

// Listen returns the "ip:port" where the methods are served until the test ends.
func Listen(tb testing.TB, methods ...rpc.Method) (address string) {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listen: %v", err)
	}
	app := rpc.NewApp(&lifecycle.Health{}, nil, telemetry.Discard(), methods...)
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()

	tb.Cleanup(func() {
		if err := app.Shutdown(); err != nil {
			tb.Errorf("shut down: %v", err)
		}
		// A server that had not begun to serve does not know its listener.
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			tb.Errorf("close listener: %v", err)
		}
		if err := <-done; err != nil {
			tb.Errorf("serve: %v", err)
		}
	})
	return listener.Addr().String()
}

// Main runs the tests of a package and fails if they leave goroutines behind.
// fasthttp keeps two kinds for a while after shutdown; they are not ours.
func Main(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
	)
}
