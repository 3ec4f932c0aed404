// Package hops finds out whose a request is that came through proxies. Limits, logs and metrics
// count by that address, so a client must not be able to choose it: only what trusted proxies
// have written is believed, from the nearest one on. Without proxies it is the address of the
// connection.
package hops

import (
	"net/netip"
	"slices"
	"strings"
)

// Trusted are the addresses and ranges whose X-Forwarded-For is believed.
type Trusted []netip.Prefix

// Parse reads addresses and CIDR ranges. The error is about the first that is neither.
func Parse(networks []string) (Trusted, error) {
	var trusted Trusted
	for _, text := range networks {
		network, err := ParseNetwork(text)
		if err != nil {
			return nil, err
		}
		trusted = append(trusted, network)
	}
	return trusted, nil
}

// ParseNetwork reads an address or a CIDR range.
func ParseNetwork(s string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(s); err == nil {
		return address.Unmap().Prefix(address.Unmap().BitLen())
	}
	return netip.ParsePrefix(s)
}

// Contains reports whether the address is a trusted proxy's.
func (t Trusted) Contains(address netip.Addr) bool {
	return slices.ContainsFunc(t, func(network netip.Prefix) bool { return network.Contains(address) })
}

// Client returns the nearest address that is no trusted proxy's. remote is the other end of
// the connection; forwarded returns the lines of X-Forwarded-For, and is asked only where
// remote is a proxy. Each proxy appends the address that it was called from, so the lines
// are read from their end, up to the first address that is no proxy's. What stands before
// that may be made up by the client, which must not choose whom its requests are counted
// for. Where an address cannot be read, the result is the proxy that passed it on.
func (t Trusted) Client(remote netip.Addr, forwarded func() []string) netip.Addr {
	address := remote.Unmap()
	if !t.Contains(address) {
		return address
	}
	var hops []string
	for _, line := range forwarded() {
		hops = append(hops, strings.Split(line, ",")...)
	}
	for _, hop := range slices.Backward(hops) {
		next, ok := parseHop(hop)
		if !ok || !t.Contains(address) {
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
