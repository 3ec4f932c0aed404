package edge

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// foreign reports whether the origin of a request is none of ours, for which CORS is
// skipped: fiber's middleware would answer the pre-flight of any origin.
func (e *Edge) foreign(c *fiber.Ctx) bool {
	c.Vary(fiber.HeaderOrigin)
	origin := c.Get(fiber.HeaderOrigin)
	return !slices.ContainsFunc(e.config.CORSOrigins, func(ours string) bool { return strings.EqualFold(ours, origin) })
}

// connection ends keep-alive while the process drains, so that clients connect again, to
// another process.
func (e *Edge) connection(c *fiber.Ctx) error {
	err := c.Next()
	if e.health.Draining() {
		c.Response().SetConnectionClose()
	}
	return err
}

// reply sends a body without copying it. The body may be shared with other requests;
// nothing after this changes it.
func reply(c *fiber.Ctx, status int, body []byte) error {
	response := c.Status(status).Response()
	response.Header.SetContentType(jsonType)
	response.SetBodyRaw(body) // not a copy: nobody changes a body
	return nil
}

// anyMethod lets requests through whose method fiber does not know, as PUT, which is just
// as wrong here. fiber itself would answer them with 400, which released clients do not
// read.
func anyMethod(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	known := map[string]bool{}
	for _, method := range fiber.DefaultMethods {
		known[method] = true
	}
	return func(rc *fasthttp.RequestCtx) {
		if !known[string(rc.Method())] {
			rc.Request.Header.SetMethod(http.MethodPut)
		}
		next(rc)
	}
}
