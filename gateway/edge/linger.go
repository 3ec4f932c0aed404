package edge

import (
	"crypto/tls"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// A connection closed while the client still sends is reset, and the reset may
// overtake the reply. So where a request was refused unread, what the client
// goes on sending is taken and thrown away for a while.
const (
	lingerTime  = 2 * time.Second
	lingerBytes = 16 << 20
)

type lingeringListener struct{ net.Listener }

func (l lingeringListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingeringConn{Conn: conn}, nil
}

type lingeringConn struct {
	net.Conn
	linger atomic.Bool
}

// linger makes a connection of ours close slowly.
func linger(conn net.Conn) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if ours, ok := conn.(*lingeringConn); ok {
		ours.linger.Store(true)
	}
}

// Close closes at once, unless it is to linger; then until the client has read
// the reply and closed, or has had its time.
func (c *lingeringConn) Close() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if ok && c.linger.Swap(false) && half.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes) // whatever ends it, the end is the same
	}
	return c.Conn.Close()
}
