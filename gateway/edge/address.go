package edge

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// clientAddress is the nearest address that is no trusted proxy's. Proxies append
// to X-Forwarded-For whom they were called by; what stands before that may be
// made up by the client, who must not choose whom his requests are counted for.
func (e *Edge) clientAddress(c *fiber.Ctx) string {
	address, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	var forwarded []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		forwarded = append(forwarded, strings.Split(string(line), ",")...)
	}
	for _, hop := range slices.Backward(forwarded) {
		if !e.isTrustedProxy(address) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		address = next
	}
	return address.Unmap().String()
}

func (e *Edge) isTrustedProxy(address netip.Addr) bool {
	for _, proxy := range e.config.TrustedProxies {
		if network, err := parseNetwork(proxy); err == nil && network.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}

// parseNetwork reads an address or a CIDR range.
func parseNetwork(s string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(s); err == nil {
		return address.Unmap().Prefix(address.Unmap().BitLen())
	}
	return netip.ParsePrefix(s)
}
