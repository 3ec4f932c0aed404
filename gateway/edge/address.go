package edge

import (
	"net/netip"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// clientAddress returns the nearest address that is no trusted proxy's.
func (e *Edge) clientAddress(rc *fasthttp.RequestCtx) netip.Addr {
	address, _ := netip.AddrFromSlice(rc.RemoteIP())
	if len(e.proxies) == 0 {
		return address.Unmap() // without the closure, for every request
	}
	return e.proxies.Client(address, func() (lines []string) {
		for _, line := range rc.Request.Header.PeekAll(fiber.HeaderXForwardedFor) {
			lines = append(lines, string(line))
		}
		return lines
	})
}
