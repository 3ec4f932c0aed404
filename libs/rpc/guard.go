package rpc

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/libs/telemetry"
)

// refusalsEvery is how often refused callers are a line of the log: a stranger
// could fill it.
const refusalsEvery = 5 * time.Second

// guard keeps strangers from a service. It is safe for concurrent use.
type guard struct {
	ours    *credentials.Credentials
	log     *ratelog.Log
	refused metric.Int64Counter
}

// newGuard returns the guard of one server.
func newGuard(ours *credentials.Credentials, scope telemetry.Scope) *guard {
	refused, err := scope.Meter.Int64Counter("xzb.rpc.refusals",
		metric.WithDescription("Callers that a service refused unheard, by reason: missing or wrong is their secret, handshake their TLS or certificate."))
	if err != nil {
		otel.Handle(err) // the name is a constant: what is returned with it still works
	}
	g := &guard{ours: ours, log: ratelog.New(scope.Log, refusalsEvery, time.Now), refused: refused}
	for _, reason := range []string{"missing", "wrong", "handshake"} {
		g.count(reason, 0) // shown from the beginning
	}
	return g
}

// look lets fasthttp, which reads the beginning of a body before it asks anybody,
// believe that a stranger has sent none.
func (g *guard) look(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if !g.ours.Accept(header.Peek(fiber.HeaderAuthorization)) {
		header.SetContentLength(0)
	}
	return fasthttp.RequestConfig{} // what holds for all
}

// admit hears nobody who does not know the secret. Nothing of a body has been
// read for them, and nothing will be: the connection is closed.
func (g *guard) admit(c *fiber.Ctx) error {
	shown := c.Request().Header.Peek(fiber.HeaderAuthorization)
	if g.ours.Accept(shown) {
		return c.Next()
	}
	reason := "wrong"
	if len(shown) == 0 {
		reason = "missing"
	}
	g.tell(reason, c.Context().RemoteAddr(), nil)
	c.Context().SetConnectionClose()
	return c.Status(http.StatusUnauthorized).JSON(apierr.New(apierr.Denied, "the caller's secret is %s", reason))
}

// tell must not show what was sent: it may be a secret in the wrong place.
func (g *guard) tell(reason string, from net.Addr, err error) {
	g.count(reason, 1)
	args := []any{"listener", "rpc", "reason", reason, "from", from.String()}
	if err != nil {
		args = append(args, "err", err)
	}
	g.log.Log(context.Background(), slog.LevelWarn, "a caller was refused", args...)
}

// count adds n refusals, 0 to show a reason that has not come yet.
func (g *guard) count(reason string, n int64) {
	g.refused.Add(context.Background(), n, metric.WithAttributes(attribute.String("xzb.reason", reason)))
}

// listen speaks TLS on a listener, if there is a certificate.
func (g *guard) listen(listener net.Listener) net.Listener {
	settings := g.ours.ServerTLS()
	if settings == nil {
		return listener
	}
	return guarded{listener, settings, g}
}

// guarded is a listener whose connections speak TLS.
type guarded struct {
	net.Listener
	settings *tls.Config
	guard    *guard
}

// Accept waits for no handshake: the connection shakes hands when it is read from.
func (l guarded) Accept() (net.Conn, error) {
	plain, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	secured := tls.Server(plain, l.settings)
	return &guardedConn{Conn: secured, handshake: secured.HandshakeContext, guard: l.guard}, nil
}

// guardedConn shakes hands when it is read from, so that nobody else has to wait
// for it. fasthttp, which would shake hands with a *tls.Conn itself, has a line in
// the log for each that fails; here they end without a word of its.
type guardedConn struct {
	net.Conn
	handshake func(context.Context) error
	guard     *guard
}

// Read shakes hands first. One that fails is the end of the connection, and a line of our own
// log.
func (c *guardedConn) Read(p []byte) (int, error) {
	err := c.handshake(context.Background()) // within the deadline for reading
	switch {
	case err == nil:
		return c.Conn.Read(p)
	case !errors.Is(err, io.EOF): // else nobody has said a word
		c.guard.tell("handshake", c.RemoteAddr(), err)
	}
	return 0, io.EOF
}
