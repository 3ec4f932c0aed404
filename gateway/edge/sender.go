package edge

import (
	"net/netip"

	"github.com/gofiber/fiber/v2"

	"xiaozhibo.dev/gateway/auth"
)

// sender tells about the other end of a request, for as long as that is answered.
type sender struct {
	edge *Edge
	c    *fiber.Ctx
}

// sender is nil if Actions do not ask for it.
func (e *Edge) sender(c *fiber.Ctx) auth.Sender {
	if !e.actions.Asks() {
		return nil
	}
	return sender{e, c}
}

// Header returns the values of all headers of that name.
func (s sender) Header(name string) (values []string) {
	for _, value := range s.c.Request().Header.PeekAll(name) {
		values = append(values, string(value))
	}
	return values
}

// Proxied reports whether the other end of the connection is a trusted proxy.
func (s sender) Proxied() bool {
	address, _ := netip.AddrFromSlice(s.c.Context().RemoteIP())
	return s.edge.isTrustedProxy(address)
}

// Address is that of the client.
func (s sender) Address() string { return s.edge.clientAddress(s.c.Context()).String() }
