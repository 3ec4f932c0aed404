package edge

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// minGzip is the shortest body worth compressing, in bytes: less fits one packet.
const minGzip = 1024

// compress sends gzip to those who ask for it by name.
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
