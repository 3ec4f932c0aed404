package wire

import (
	"net"
	"net/netip"
)

// AddressOf is whom limits count by: an IPv4 address or an IPv6 /64, of which one
// customer has all. What is no IP address has the zero Prefix.
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

func remoteAddress(conn net.Conn) netip.Prefix {
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return AddressOf(tcp.AddrPort().Addr())
	}
	return netip.Prefix{}
}
