package setup_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"xiaozhibo.dev/libs/listen/pipe"
)

// pipes is a network without buffers whose waiting a bubble of testing/synctest understands.
type pipes struct {
	mu        sync.Mutex
	listeners map[string]*pipeListener
}

type pipeListener struct {
	*pipe.Listener
	name string
}

// Network and String make a listener its own address.
func (l *pipeListener) Network() string { return "pipe" }
func (l *pipeListener) String() string  { return l.name }
func (l *pipeListener) Addr() net.Addr  { return l }

func (p *pipes) listen(_ context.Context, _, address string) (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &pipeListener{pipe.New(), address}
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
	return l.Dial(ctx, nil)
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
