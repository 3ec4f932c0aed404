package edge

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/gateway/action"
)

// minGzip is the shortest body worth compressing, in bytes: less fits one packet.
const minGzip = 1024

var varyName, varyValue = []byte(fiber.HeaderVary), []byte(fiber.HeaderAcceptEncoding)

// vary makes all replies say Vary, so that a cache does not hand gzip to a client that
// cannot read it.
func vary(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err
	}
	if header := &c.Response().Header; len(header.Peek(fiber.HeaderVary)) == 0 {
		header.SetCanonical(varyName, varyValue) // for all but CORS; c.Vary reads and joins lists
	} else {
		c.Vary(fiber.HeaderAcceptEncoding)
	}
	return nil
}

// bodyFor returns the body of an answer as it is sent: one of minGzip or more as gzip to
// clients that ask for gzip by name; a mere * is not enough. All who share the answer share
// its gzip, as to make it takes longer than all the rest of a request.
func bodyFor(c *fiber.Ctx, answer *action.Answer) []byte {
	if len(answer.Body) < minGzip || !wantsGzip(c.Get(fiber.HeaderAcceptEncoding)) {
		return answer.Body
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return answer.Packed(gzip)
}

// gzip compresses at the fastest level.
func gzip(body []byte) []byte {
	return fasthttp.AppendGzipBytesLevel(nil, body, fasthttp.CompressBestSpeed)
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
