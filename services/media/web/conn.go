package web

import (
	"net"
	"sync"
)

// limitedConn gives its place back once, when it is closed.
type limitedConn struct {
	net.Conn
	room chan struct{}
	once sync.Once
}

func (c *limitedConn) Close() error {
	c.once.Do(func() { <-c.room })
	return c.Conn.Close()
}
