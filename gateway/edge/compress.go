package edge

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// minGzip is the shortest body worth compressing, in bytes: less fits one packet.
const minGzip = 1024

// compress sends a body of minGzip or more as gzip to clients that ask for gzip by name; a
// mere * is not enough. Replies say Vary in any case, so that a cache does not hand gzip
// to a client that cannot read it.
func compress(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	body := c.Response().Body()
	if len(body) < minGzip || !wantsGzip(c.Get(fiber.HeaderAcceptEncoding)) {
		return nil
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	c.Response().SetBodyRaw(fasthttp.AppendGzipBytesLevel(nil, body, fasthttp.CompressBestSpeed))
	return nil
}

// wantsGzip reads Accept-Encoding. A weight of 0, or one that is no number, means no.
func wantsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, parameter, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		weight, found := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !found || err == nil && q > 0
	}
	return false
}
