package events_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/events"
	"xiaozhibo.dev/libs/listen/pipe"
)

// copyOf is one gateway's listener of events.
type copyOf struct {
	base   string
	server *events.Server
	stop   func()
	client *http.Client
}

func settings() events.Config {
	return events.Config{Listen: "127.0.0.1:0", MaxReaders: 20_000, Rows: 1000}
}

// serve starts a copy of the gateway on pipes, which need no real time.
func (w *world) serve(t testing.TB, config events.Config, change ...func(*events.Options)) *copyOf {
	t.Helper()
	actions, err := action.New(w.services(), scope())
	if err != nil {
		t.Fatal(err)
	}
	options := events.Options{Actions: actions, Changes: w}
	for _, c := range change {
		c(&options)
	}
	server, err := events.New(config, options, scope())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	listener := newPipes()
	var work sync.WaitGroup
	work.Go(func() { _ = server.Hub().Run(ctx) })
	work.Go(func() {
		if err := server.ServeOn(listener); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return listener.dial(ctx) }}
	c := &copyOf{base: "http://gateway", server: server, client: &http.Client{Transport: transport}}
	c.stop = sync.OnceFunc(func() {
		if err := server.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		cancel()
		work.Wait()
		actions.Close()
		transport.CloseIdleConnections()
	})
	return c
}

// pipes is a listener in memory, whose time is that of a bubble.
type pipes struct{ *pipe.Listener }

func newPipes() *pipes { return &pipes{pipe.New()} }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) { return p.Dial(ctx, pipeAddress) }
func (*pipes) Addr() net.Addr                               { return pipeAddress }

var pipeAddress = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 1234}
