// Package edge is the HTTP side of the gateway: listeners, limits on every
// connection, CORS, compression. What is in a request is not its business.
package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"
	"github.com/gofiber/fiber/v2/middleware/limiter"
	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/deadline"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// Limits of one connection. A client slower than this is cut off.
const (
	readTimeout  = 10 * time.Second // the whole request
	writeTimeout = 10 * time.Second
	idleTimeout  = 75 * time.Second
	maxHeader    = 16 << 10
	// maxRead is how much of a body is taken in before the connection is closed.
	// It is more than an Action may have, so that most clients that send too much
	// still read why.
	maxRead = 1 << 20
)

const jsonType = "application/json; charset=utf-8"

// What is served: a path, whatever its case.
var (
	actionPaths   = []string{"/interface.php", "/"}
	callbackPaths = []string{"/callback/Live_callback.php", "/callback"}
	paths         = slices.Concat(actionPaths, callbackPaths)
)

// Edge answers requests with Actions and events.
type Edge struct {
	config  Config
	actions *action.Actions
	events  *event.Events
	observe *observer
	health  *lifecycle.Health
	log     *slog.Logger
	app     *fiber.App
}

// New returns an edge that does not listen yet.
func New(config Config, actions *action.Actions, events *event.Events, health *lifecycle.Health, scope telemetry.Scope) (*Edge, error) {
	observe, err := newObserver(scope)
	if err != nil {
		return nil, err
	}
	e := &Edge{config: config, actions: actions, events: events, observe: observe, health: health, log: scope.Log}
	e.app = fiber.New(fiber.Config{
		DisableStartupMessage:        true,
		Network:                      fiber.NetworkTCP, // fiber's default is IPv4 only
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		ReadBufferSize:               maxHeader,
		BodyLimit:                    maxRead,
		DisablePreParseMultipartForm: true, // a body is JSON whatever its type says
		ErrorHandler:                 e.failed,
	})
	e.routes()
	e.app.Server().Handler = anyMethod(e.app.Handler())
	return e, nil
}

func (e *Edge) routes() {
	e.app.Use(e.connection)
	for _, path := range callbackPaths {
		e.app.All(path, e.event)
	}
	middleware := []fiber.Handler{compress}
	if len(e.config.CORSOrigins) > 0 {
		middleware = append(middleware, cors.New(cors.Config{
			Next:         e.foreign,
			AllowOrigins: strings.Join(e.config.CORSOrigins, ","),
			AllowMethods: http.MethodPost,
			MaxAge:       int((10 * time.Minute).Seconds()),
		}))
	}
	if e.config.RateLimit > 0 {
		middleware = append(middleware, limiter.New(limiter.Config{
			Max:          e.config.RateLimit,
			Expiration:   time.Second,
			KeyGenerator: e.clientAddress,
			LimitReached: e.tooMany,
		}))
	}
	for _, path := range actionPaths {
		e.app.All(path, append(middleware, e.action)...)
	}
}

// action answers 200 whatever becomes of the Action: released clients do not
// read anything else.
func (e *Edge) action(c *fiber.Ctx) error {
	began := time.Now()
	ctx, cancel := deadline.With(context.Background(), time.Now().Add(e.config.ActionTimeout))
	defer cancel()
	var body []byte
	if c.Method() == fiber.MethodPost {
		body = c.Request().Body() // as sent: c.Body would inflate it without a limit
	}
	request := e.actions.Read(body)
	ctx, seen := e.observe.begin(ctx, c, began, request.Action)
	outcome := request.Serve(ctx)
	seen.answeredAction(ctx, outcome)
	e.logAccess(ctx, c, outcome, seen.took())
	return reply(c, http.StatusOK, outcome.Body)
}

// logAccess logs the share of all Actions that is configured.
func (e *Edge) logAccess(ctx context.Context, c *fiber.Ctx, outcome action.Outcome, took time.Duration) {
	if e.config.AccessLog == 0 || rand.Float64() >= e.config.AccessLog {
		return
	}
	e.log.InfoContext(ctx, "answered", "action", outcome.Action, "return_value", int(outcome.Code), "seconds", took.Seconds(),
		"received_bytes", len(c.Request().Body()), "sent_bytes", len(outcome.Body), "client", e.clientAddress(c))
}

func (e *Edge) event(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodPost {
		c.Set(fiber.HeaderAllow, http.MethodPost)
		return reply(c, http.StatusMethodNotAllowed, []byte(`{"code":405,"message":"POST only"}`))
	}
	ctx, cancel := deadline.With(context.Background(), time.Now().Add(e.config.ActionTimeout))
	defer cancel()
	ctx, seen := e.observe.begin(ctx, c, time.Now(), "")
	outcome := e.events.Serve(ctx, c.Request().Body())
	seen.answeredEvent(ctx, outcome)
	return reply(c, outcome.Status, outcome.Body)
}

func (e *Edge) tooMany(c *fiber.Ctx) error {
	return e.refuse(c, &envelope.Error{Code: envelope.TooMany, Message: "too many requests!"})
}

// failed answers what did not become a request: a header or body over the
// limit, a client too slow. An unknown path is the only ordinary 404.
func (e *Edge) failed(c *fiber.Ctx, err error) error {
	status := http.StatusBadRequest
	if known := (*fiber.Error)(nil); errors.As(err, &known) {
		status = known.Code
	}
	if status != http.StatusNotFound {
		conn := c.Context().Conn()
		// fasthttp writes a refusal under the deadline of the reply before it.
		_ = conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		linger(conn)
	}
	if status == http.StatusNotFound || strings.HasPrefix(c.Path(), "/callback") {
		return reply(c, status, fmt.Appendf(nil, `{"code":%d,"message":%q}`, status, http.StatusText(status)))
	}
	e.log.Debug("request not read", "status", status, "err", err)
	return e.refuse(c, &envelope.Error{Code: envelope.BadBody, Message: "request could not be read: " + http.StatusText(status) + "!"})
}

func (e *Edge) refuse(c *fiber.Ctx, refusal *envelope.Error) error {
	code, body := envelope.Failure(refusal)
	ctx, seen := e.observe.begin(context.Background(), c, time.Now(), action.Other)
	seen.answeredAction(ctx, action.Outcome{Action: action.Other, Code: code, Body: body})
	return reply(c, http.StatusOK, body)
}

// foreign tells who is outside of CORS: fiber would answer the pre-flight of
// any origin.
func (e *Edge) foreign(c *fiber.Ctx) bool {
	c.Vary(fiber.HeaderOrigin)
	origin := c.Get(fiber.HeaderOrigin)
	return !slices.ContainsFunc(e.config.CORSOrigins, func(ours string) bool { return strings.EqualFold(ours, origin) })
}

// connection ends keep-alive while the process drains: clients connect anew,
// elsewhere.
func (e *Edge) connection(c *fiber.Ctx) error {
	err := c.Next()
	if e.health.Draining() {
		c.Response().SetConnectionClose()
	}
	return err
}

func reply(c *fiber.Ctx, status int, body []byte) error {
	c.Set(fiber.HeaderContentType, jsonType)
	c.Status(status).Response().SetBodyRaw(body) // not a copy: nobody changes a body
	return nil
}

// anyMethod lets methods through that fiber does not know, and would answer
// with 400.
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
