// Package pipe is a net.Listener whose connections are in memory, for tests in virtual time: nothing of it waits for a
// kernel, so testing/synctest sees who waits.
package pipe

import (
	"context"
	"net"
	"sync"
)

// Listener accepts what is dialled. New makes one. It is safe for concurrent use.
type Listener struct {
	coming chan net.Conn
	once   sync.Once
	closed chan struct{}
}

// New returns one that accepts until it is closed. Made in a bubble of testing/synctest, it belongs to that bubble.
func New() *Listener {
	return &Listener{coming: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial returns the client's end of a connection without buffers, once the other end is accepted. That one says that it
// comes from an address; from nil, it says what a pipe does. The error is net.ErrClosed or that of ctx.
func (l *Listener) Dial(ctx context.Context, from net.Addr) (net.Conn, error) {
	client, server := net.Pipe()
	if from != nil {
		server = addressed{server, from}
	}
	select {
	case l.coming <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.coming:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. Connections that were accepted stay.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return &net.TCPAddr{} }

// addressed is a connection that comes from an address.
type addressed struct {
	net.Conn
	remote net.Addr
}

// RemoteAddr implements net.Conn.
func (a addressed) RemoteAddr() net.Addr { return a.remote }
