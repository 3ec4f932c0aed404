package listen_test

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"xiaozhibo.dev/libs/listen"
)

// from is a connection of an address.
type from struct {
	net.Conn
	address net.Addr
	closed  *int
}

func (c from) RemoteAddr() net.Addr { return c.address }
func (c from) Close() error         { *c.closed++; return nil }

func tcp(address string) net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(address), 1))
}

func TestOneAddressTakesNoMorePlacesThanItMay(t *testing.T) {
	var closed, total, ofOne int
	var accepts []any
	for _, address := range []string{"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.2"} {
		accepts = append(accepts, from{address: tcp(address), closed: &closed})
	}
	accepts = append(accepts, from{address: tcp("192.0.2.3"), closed: &closed}, net.ErrClosed)
	limited := listen.Limited(&script{accepts: accepts}, listen.NewPlaces(5, 2), func(over listen.Limit, _ netip.Prefix) {
		switch over {
		case listen.OverTotal:
			total++
		case listen.OverAddress:
			ofOne++
		}
	})
	taken := 0
	for {
		_, err := limited.Accept()
		if errors.Is(err, net.ErrClosed) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		taken++
	}
	if taken != 5 || ofOne != 2 || total != 1 || closed != 3 {
		t.Errorf("%d connections are open, %d were over the limit of their address, %d over all; %d are closed", taken, ofOne, total, closed)
	}
}

func TestAPlaceIsFreeOnceItsConnectionIsClosed(t *testing.T) {
	var closed int
	one := from{address: tcp("192.0.2.1"), closed: &closed}
	places := listen.NewPlaces(10, 1)
	limited := listen.Limited(&script{accepts: []any{one, one, net.ErrClosed}}, places, func(listen.Limit, netip.Prefix) { t.Error("it was refused") })
	for range 2 {
		conn, err := limited.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Close(), conn.Close() // the second is for nothing
		if places.Taken() != 0 {
			t.Fatalf("%d places are taken", places.Taken())
		}
	}
}

func TestWithoutALimitEverybodyHasAPlace(t *testing.T) {
	places := listen.NewPlaces(0, 0)
	one := listen.AddressOf(netip.MustParseAddr("192.0.2.1"))
	for range 1000 {
		if over := places.Take(one); over != listen.Free {
			t.Fatal(over)
		}
	}
	for range 1000 {
		places.GiveBack(one)
	}
	if places.Taken() != 0 {
		t.Errorf("%d places are taken", places.Taken())
	}
}
