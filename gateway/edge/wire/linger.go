package wire

import (
	"io"
	"net"
	"sync"
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

// States of a connection.
const (
	fresh  int32 = iota // no byte of a request has come yet
	active              // a request is being read or answered
	idle                // kept alive
	closed              // Shutdown has closed it, or is closing it
)

// connection is one that was accepted, below TLS. Its state is what Shutdown and the request
// that may just be beginning agree by.
type connection struct {
	net.Conn
	state  atomic.Int32
	linger atomic.Bool // to be closed slowly
	leave  func()      // takes it out of the numbers
	once   sync.Once
}

// Close closes at once, unless it is to linger; then until the client has read
// the reply and closed, or has had its time.
func (c *connection) Close() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if ok && c.linger.Swap(false) && half.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes) // whatever ends it, the end is the same
	}
	err := c.Conn.Close()
	c.once.Do(c.leave)
	return err
}

// begin reports whether a request may be read: Shutdown may have been first.
func (c *connection) begin() bool {
	state := c.state.Load()
	return state != closed && (state == active || c.state.CompareAndSwap(state, active))
}
