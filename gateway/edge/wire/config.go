package wire

import (
	"net/netip"
	"time"

	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/libs/intake"
)

// Config configures a Server. All but the two maxima must be set.
type Config struct {
	ReadTimeout  time.Duration // for a request, from its first byte, and for the first byte of a new connection
	WriteTimeout time.Duration // for a reply
	IdleTimeout  time.Duration // for the first byte of the next request
	MaxBody      int           // of a request, in bytes
	Bodies       *intake.Budget

	MaxConnections           int            // 0: no limit
	MaxConnectionsPerAddress int            // 0: no limit
	Proxies                  []netip.Prefix // whose connections are those of many, and not counted by address

	// Admit sees the header before the body is read. A body that is not wanted is
	// read, but not kept.
	Admit func(*fasthttp.RequestCtx) (wanted bool)
	// Handler answers a request.
	Handler fasthttp.RequestHandler
	// Refuse answers what did not become a request; the connection is closed after
	// it. Target is what was asked for, as far as it could be read.
	Refuse func(rc *fasthttp.RequestCtx, target []byte, err error)
}
