// Package edge is the HTTP side of the gateway: listeners, limits on every connection, CORS,
// compression. It does not look into the body of a request.
//
// New makes an Edge, Listen opens its ports, Serve answers on each and Shutdown ends them. The
// connections themselves are package wire's, which hands over requests that have been read;
// fiber routes them by their path. Actions are answered with status 200 whatever becomes of
// them, since released clients read nothing else. The callbacks of other services get ordinary
// statuses, since those send again what is not answered with 200.
package edge

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"
	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/edge/hops"
	"xiaozhibo.dev/gateway/edge/wire"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/presence"
	"xiaozhibo.dev/gateway/quota"
	"xiaozhibo.dev/gateway/vod"
	"xiaozhibo.dev/libs/deadline"
	"xiaozhibo.dev/libs/intake"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/telemetry"
)

// Limits of one connection. A client slower than this is cut off.
const (
	readTimeout  = 10 * time.Second // the whole request
	writeTimeout = 10 * time.Second
	// maxBodies is the memory, in bytes, that all bodies under way may have together.
	maxBodies = 32 << 20
	// maxLimited is how many client addresses the rate limit knows at once.
	maxLimited = 100_000
)

// jsonType is the Content-Type of every reply.
const jsonType = "application/json; charset=utf-8"

// What is served: a path, whatever its case.
var (
	actionPaths   = []string{"/interface.php", "/"}
	callbackPaths = []string{"/callback/Live_callback.php", "/callback"}
	imPath        = "/callback/im"
	vodPath       = "/callback/vod"
	paths         = slices.Concat(actionPaths, callbackPaths, []string{imPath, vodPath})
)

// Edge answers requests with Actions and events. It owns its listeners' connections, and
// nothing else that it is given.
type Edge struct {
	config  Config
	proxies hops.Trusted
	rate    *quota.Quota[netip.Prefix]
	actions *action.Actions
	events  *event.Events

	// Presence takes the callbacks of the IM service. It is set before Listen.
	Presence *presence.Presence
	// VOD takes the callbacks of the VOD service. It is set before Listen.
	VOD *vod.Callbacks

	observe *observer
	health  *lifecycle.Health
	log     *slog.Logger
	app     *fiber.App
	server  *wire.Server
}

// New returns an edge that does not listen yet: Listen opens the ports and Serve answers
// on them. config must have been checked.
func New(config Config, actions *action.Actions, events *event.Events, health *lifecycle.Health, scope telemetry.Scope) (*Edge, error) {
	observe, err := newObserver(scope)
	if err != nil {
		return nil, err
	}
	e := &Edge{config: config, actions: actions, events: events, observe: observe, health: health, log: scope.Log}
	e.rate = quota.New[netip.Prefix](quota.Limits{Max: config.RateLimit, Window: time.Second, Keys: maxLimited}, time.Now)
	if e.proxies, err = hops.Parse(config.TrustedProxies); err != nil {
		return nil, err
	}
	e.app = fiber.New(fiber.Config{DisableStartupMessage: true, ErrorHandler: e.failed})
	e.routes()
	e.server, err = wire.New(wire.Config{
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: config.IdleTimeout,
		MaxBody: envelope.MaxBody, Bodies: intake.NewBudget(maxBodies),
		MaxConnections: maxConnections(config.MaxConnections, scope.Log), MaxConnectionsPerAddress: config.MaxConnectionsPerAddress,
		Proxies: e.proxies,
		Admit:   e.admit, Handler: anyMethod(e.app.Handler()), Refuse: e.refuse,
	}, scope)
	return e, err
}

// routes says which handlers a path has. Events of the live platform come without CORS and
// compression: no browser sends them.
func (e *Edge) routes() {
	e.app.Use(e.connection)
	for _, path := range callbackPaths {
		e.app.All(path, e.callback(func(ctx context.Context, c *fiber.Ctx) event.Answer {
			return e.events.Serve(ctx, c.Request().Body())
		}))
	}
	e.app.All(imPath, e.callback(e.im))
	e.app.All(vodPath, e.callback(e.vod))
	middleware := []fiber.Handler{vary}
	if len(e.config.CORSOrigins) > 0 {
		middleware = append(middleware, cors.New(cors.Config{
			Next:         e.foreign,
			AllowOrigins: strings.Join(e.config.CORSOrigins, ","),
			AllowMethods: http.MethodPost,
			MaxAge:       int((10 * time.Minute).Seconds()),
		}))
	}
	for _, path := range actionPaths {
		e.app.All(path, append(middleware, e.action)...)
	}
}

// overRate marks a request over the rate limit, whose body was not kept.
const overRate = "over the rate limit"

// admit decides by the header whether the body is wanted, before it is read. A request
// over the rate limit is answered all the same, by its handler, without its body.
func (e *Edge) admit(rc *fasthttp.RequestCtx) (wanted bool) {
	if e.rate == nil || e.rate.Take(listen.AddressOf(e.clientAddress(rc))) {
		return true
	}
	rc.SetUserValue(overRate, true)
	return false
}

// isOverRate reports whether admit has refused the request.
func isOverRate(c *fiber.Ctx) bool { return c.Context().UserValue(overRate) != nil }

// action answers 200 whatever becomes of the Action: released clients read nothing else.
// The Action goes on until action_timeout even if its client hangs up.
func (e *Edge) action(c *fiber.Ctx) error {
	if isOverRate(c) {
		return e.refuseAction(c, envelope.TooMany, "too many requests!")
	}
	began := time.Now()
	ctx, free := deadline.Only(began.Add(e.config.ActionTimeout))
	defer free()
	var body []byte
	if c.Method() == fiber.MethodPost {
		body = c.Request().Body() // as sent: c.Body would inflate it without a limit
	}
	request := e.actions.Read(body)
	ctx, seen := e.observe.begin(ctx, c, began, request.Action)
	outcome := request.From(e.sender(c)).Serve(ctx, listen.AddressOf(e.clientAddress(c.Context())))
	seen.answeredAction(ctx, outcome)
	e.logAccess(ctx, c, &outcome, &seen)
	return reply(c, http.StatusOK, bodyFor(c, &outcome))
}

// logAccess logs the share of all Actions that is configured.
func (e *Edge) logAccess(ctx context.Context, c *fiber.Ctx, outcome *action.Answer, seen *exchange) {
	if e.config.AccessLog == 0 || rand.Float64() >= e.config.AccessLog {
		return
	}
	e.log.InfoContext(ctx, "answered", "action", outcome.Action, "return_value", int(outcome.Code), "seconds", seen.took().Seconds(),
		"received_bytes", len(c.Request().Body()), "sent_bytes", len(outcome.Body), "client", e.clientAddress(c.Context()).String())
}

// failed answers an unknown path, the only ordinary 404.
func (e *Edge) failed(c *fiber.Ctx, err error) error {
	status := http.StatusInternalServerError
	if known := (*fiber.Error)(nil); errors.As(err, &known) {
		status = known.Code
	}
	return reply(c, status, ordinary(status))
}
