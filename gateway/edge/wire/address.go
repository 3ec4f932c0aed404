package wire

import (
	"net"
	"net/netip"
	"slices"

	"xiaozhibo.dev/libs/listen"
)

// addressOf is whom a connection is counted for; the zero Prefix is nobody.
func (s *Server) addressOf(conn net.Conn) netip.Prefix {
	ip := listen.Peer(conn)
	if slices.ContainsFunc(s.config.Proxies, func(proxy netip.Prefix) bool { return proxy.Contains(ip) }) {
		return netip.Prefix{}
	}
	return listen.AddressOf(ip)
}
