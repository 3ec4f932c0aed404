package setup_test

import (
	"context"
	"net"
	"sync"
	"testing"
)

// pipes is a network without buffers whose waiting a bubble of testing/synctest understands.
type pipes struct {
	mu        sync.Mutex
	listeners map[string]*pipeListener
}

type pipeListener struct {
	name   string
	coming chan net.Conn
	once   sync.Once
	ended  chan struct{}
}

// Network and String make a listener its own address.
func (l *pipeListener) Network() string { return "pipe" }
func (l *pipeListener) String() string  { return l.name }
func (l *pipeListener) Addr() net.Addr  { return l }

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.ended) })
	return nil
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.coming:
		return conn, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) listen(_ context.Context, _, address string) (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &pipeListener{name: address, coming: make(chan net.Conn), ended: make(chan struct{})}
	p.listeners[address] = l
	return l, nil
}

func (p *pipes) dial(ctx context.Context, _, address string) (net.Conn, error) {
	p.mu.Lock()
	l := p.listeners[address]
	p.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
	}
	client, server := net.Pipe()
	select {
	case l.coming <- server:
		return client, nil
	case <-l.ended:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// mustDial is dial where nothing but a connection will do.
func (p *pipes) mustDial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := p.dial(t.Context(), "pipe", address)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
