package listen

import (
	"net"
	"net/netip"
	"sync"
)

// Limited closes connections for which there is no place as soon as they are accepted, and
// tells refused of each: there is no room to tell its client. An open connection has its
// place until it is closed.
func Limited(listener net.Listener, places *Places, refused func(over Limit, address netip.Prefix)) net.Listener {
	return limited{listener, places, refused}
}

type limited struct {
	net.Listener
	places  *Places
	refused func(over Limit, address netip.Prefix)
}

// Accept implements net.Listener.
func (l limited) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		address := AddressOf(Peer(conn))
		over := l.places.Take(address)
		if over == Free {
			return &placed{Conn: conn, leave: func() { l.places.GiveBack(address) }}, nil
		}
		l.refused(over, address)
		_ = conn.Close() // it was not heard
	}
}

// placed gives its place back once, when it is closed.
type placed struct {
	net.Conn
	leave func()
	once  sync.Once
}

// Close implements net.Conn.
func (c *placed) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}
