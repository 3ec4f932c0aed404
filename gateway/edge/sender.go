package edge

import (
	"net/netip"

	"github.com/gofiber/fiber/v2"

	"xiaozhibo.dev/gateway/auth"
)

// sender implements auth.Sender. It reads from the request, whose memory is used again
// afterwards: it must not be kept.
type sender struct {
	edge *Edge
	c    *fiber.Ctx
}

// sender returns the sender of a request, or nil if Actions do not ask for it, which saves
// the allocation.
func (e *Edge) sender(c *fiber.Ctx) auth.Sender {
	if !e.actions.Asks() {
		return nil
	}
	return sender{e, c}
}

// Header returns copies of the values of all headers with that name, in the order they
// were sent.
func (s sender) Header(name string) (values []string) {
	for _, value := range s.c.Request().Header.PeekAll(name) {
		values = append(values, string(value))
	}
	return values
}

// Proxied reports whether the other end of the connection is a trusted proxy, whose
// headers may be believed.
func (s sender) Proxied() bool {
	address, _ := netip.AddrFromSlice(s.c.Context().RemoteIP())
	return s.edge.proxies.Contains(address.Unmap())
}

// Address returns the client's address, see clientAddress, without a port.
func (s sender) Address() string { return s.edge.clientAddress(s.c.Context()).String() }
