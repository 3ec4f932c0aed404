package edge

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// clientAddress returns the nearest address that is no trusted proxy's. Each proxy appends
// the address that it was called from to X-Forwarded-For, so the header is read from its
// end, up to the first address that is no proxy's. What stands before that may be made up
// by the client, which must not choose whom its requests are counted for. Where an address
// cannot be read, the result is the proxy that passed it on.
func (e *Edge) clientAddress(rc *fasthttp.RequestCtx) netip.Addr {
	address, _ := netip.AddrFromSlice(rc.RemoteIP())
	address = address.Unmap()
	if !e.isTrustedProxy(address) {
		return address
	}
	var forwarded []string
	for _, line := range rc.Request.Header.PeekAll(fiber.HeaderXForwardedFor) {
		forwarded = append(forwarded, strings.Split(string(line), ",")...)
	}
	for _, hop := range slices.Backward(forwarded) {
		next, ok := parseHop(hop)
		if !ok || !e.isTrustedProxy(address) {
			break
		}
		address = next
	}
	return address
}

// parseHop reads what proxies write: an address, with or without a port, an IPv6
// address with or without brackets, some of it in quotes.
func parseHop(hop string) (netip.Addr, bool) {
	hop = strings.Trim(hop, " \t\"")
	address, err := netip.ParseAddr(hop)
	if err != nil {
		address, err = netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	}
	if err != nil {
		var withPort netip.AddrPort
		withPort, err = netip.ParseAddrPort(hop)
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), err == nil
}

// isTrustedProxy reports whether the operator has named the address, or a range with it,
// in trusted_proxies.
func (e *Edge) isTrustedProxy(address netip.Addr) bool {
	return slices.ContainsFunc(e.proxies, func(network netip.Prefix) bool { return network.Contains(address) })
}

// parseNetwork reads an address or a CIDR range.
func parseNetwork(s string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(s); err == nil {
		return address.Unmap().Prefix(address.Unmap().BitLen())
	}
	return netip.ParsePrefix(s)
}
