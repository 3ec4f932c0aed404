package edge_test

import (
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// inBubble runs a test against a gateway in memory, where time passes only when
// everybody waits. Clients connect through the listener.
func inBubble(t *testing.T, test func(t *testing.T, listener *memoryListener)) {
	t.Helper()
	inBubbleWith(t, edge.Config{}, telemetry.Discard(), test)
}

func inBubbleWith(t *testing.T, config edge.Config, scope telemetry.Scope, test func(t *testing.T, listener *memoryListener)) {
	t.Helper()
	do(t, http.MethodGet, serve(t, edge.Config{}), "") // fasthttp starts its clock once, which must be outside
	synctest.Test(t, func(t *testing.T) {
		front, actions := newEdgeOn(t, config, gatewaytest.World(), &lifecycle.Health{}, scope)
		listener := &memoryListener{accepts: make(chan any), closed: make(chan struct{})}
		listener.shutdown = func() error { return front.Shutdown(t.Context()) }
		done := make(chan error, 1)
		go func() { done <- front.Serve(edge.Listener{Listener: listener}) }()
		synctest.Wait()
		defer func() {
			if err := front.Shutdown(t.Context()); err != nil {
				t.Errorf("shut down: %v", err)
			}
			if err := <-done; err != nil {
				t.Errorf("serve: %v", err)
			}
			actions.Close()
		}()
		test(t, listener)
	})
}

// memoryListener accepts the connections and errors it is given.
type memoryListener struct {
	accepts chan any
	once    sync.Once
	closed  chan struct{}

	shutdown func() error // of the gateway behind it
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case next := <-l.accepts:
		if err, ok := next.(error); ok {
			return nil, err
		}
		return next.(net.Conn), nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{} }

// connect returns the client's end of a connection without buffers.
func (l *memoryListener) connect(t *testing.T) net.Conn {
	t.Helper()
	return l.connectFrom(t, "192.0.2.1")
}

func (l *memoryListener) connectFrom(t *testing.T, address string) net.Conn {
	t.Helper()
	client, server := net.Pipe()
	t.Cleanup(func() { client.Close() })
	l.accepts <- conn{server, &net.TCPAddr{IP: net.ParseIP(address), Port: 1}}
	return client
}

// conn is one that comes from an address.
type conn struct {
	net.Conn
	remote net.Addr
}

func (c conn) RemoteAddr() net.Addr { return c.remote }
