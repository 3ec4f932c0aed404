package events

import (
	"net"
	"sync"
	"sync/atomic"
)

// bounded closes connections over a limit as they come: a reader has a seat only when its
// request was read, and strangers may send none.
func bounded(listener net.Listener, limit int) net.Listener {
	return &boundedListener{Listener: listener, limit: int64(limit)}
}

// boundedListener counts the connections that are open.
type boundedListener struct {
	net.Listener
	limit int64
	open  atomic.Int64
}

// Accept returns the next connection within the limit. Those over it are closed without a byte.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.limit {
			return &boundedConn{Conn: conn, open: &l.open}, nil
		}
		l.open.Add(-1)
		_ = conn.Close() // the client finds out
	}
}

// boundedConn gives its place back when it is closed, once however often that is.
type boundedConn struct {
	net.Conn
	open   *atomic.Int64
	closed sync.Once
}

// Close implements net.Conn.
func (c *boundedConn) Close() error {
	c.closed.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}
