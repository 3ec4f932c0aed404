package listen

import (
	"net"
	"net/netip"
	"sync"
)

// Limit is what a connection is over. It is a label of metrics.
type Limit string

// The limits.
const (
	Free        Limit = "" // it is over none
	OverTotal   Limit = "total"
	OverAddress Limit = "address"
)

// Limits are all there are, but Free.
func Limits() []Limit { return []Limit{OverTotal, OverAddress} }

// Places are the connections, or the readers, that there may be at once, in all and from one address. They
// are safe for concurrent use.
type Places struct {
	most, mostOfOne int

	mu    sync.Mutex
	all   int
	ofOne map[netip.Prefix]int // only where there is a limit
}

// NewPlaces returns places of which none is taken. A number of 0 is no limit.
func NewPlaces(most, mostOfOne int) *Places {
	return &Places{most: most, mostOfOne: mostOfOne, ofOne: map[netip.Prefix]int{}}
}

// Take takes a place, or says why there is none. The zero Prefix is nobody's address, and
// counted in the total alone.
func (p *Places) Take(address netip.Prefix) Limit {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.most > 0 && p.all >= p.most {
		return OverTotal
	}
	if p.mostOfOne > 0 && address.IsValid() {
		if p.ofOne[address] >= p.mostOfOne {
			return OverAddress
		}
		p.ofOne[address]++
	}
	p.all++
	return Free
}

// GiveBack gives back a place that Take gave to the address.
func (p *Places) GiveBack(address netip.Prefix) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if p.ofOne[address]--; p.ofOne[address] <= 0 {
		delete(p.ofOne, address)
	}
}

// Taken is how many places are taken.
func (p *Places) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}

// AddressOf is whom limits count by: an IPv4 address or an IPv6 /64, of which one customer
// has all. The zero Prefix stands for all that is no IP address.
func AddressOf(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap()
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	address, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return address
}

// Peer is the address of the other end of a connection, the zero Addr if it has none.
func Peer(conn net.Conn) netip.Addr {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}
