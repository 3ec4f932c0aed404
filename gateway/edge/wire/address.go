package wire

import (
	"net"
	"net/netip"
	"slices"
)

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

// addressOf is whom a connection is counted for; the zero Prefix is nobody.
func (s *Server) addressOf(conn net.Conn) netip.Prefix {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap()
	if slices.ContainsFunc(s.config.Proxies, func(proxy netip.Prefix) bool { return proxy.Contains(ip) }) {
		return netip.Prefix{}
	}
	return AddressOf(ip)
}
