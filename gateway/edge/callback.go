package edge

import (
	"context"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/presence"
	"xiaozhibo.dev/libs/deadline"
)

// im hands a callback of the IM service on.
func (e *Edge) im(ctx context.Context, c *fiber.Ctx) event.Answer {
	if e.Presence == nil {
		return event.Answer{Status: http.StatusNotFound, Body: ordinary(http.StatusNotFound), Type: event.Unread}
	}
	args := c.Context().QueryArgs()
	text := func(name string) string { return string(args.Peek(name)) }
	query := presence.Query{AppID: text("SdkAppid"), Command: text("CallbackCommand"), RequestTime: text("RequestTime"), Sign: text("Sign")}
	return e.Presence.Serve(ctx, query, c.Request().Body())
}

// vod hands a callback of the VOD service on.
func (e *Edge) vod(ctx context.Context, c *fiber.Ctx) event.Answer {
	if e.VOD == nil {
		return event.Answer{Status: http.StatusNotFound, Body: ordinary(http.StatusNotFound), Type: event.Unread}
	}
	return e.VOD.Serve(ctx, string(c.Context().QueryArgs().Peek("token")), c.Request().Body())
}

// callback hands on what another service tells. Here the HTTP status counts: every 200 is
// taken for "done".
func (e *Edge) callback(serve func(context.Context, *fiber.Ctx) event.Answer) fiber.Handler {
	return func(c *fiber.Ctx) error { return e.called(c, serve) }
}

// called serves one callback within action_timeout, measured as an event. The rate limit holds
// for other services too: they send again.
func (e *Edge) called(c *fiber.Ctx, serve func(context.Context, *fiber.Ctx) event.Answer) error {
	if isOverRate(c) {
		return e.refuseEvent(c, http.StatusTooManyRequests)
	}
	if c.Method() != fiber.MethodPost {
		c.Set(fiber.HeaderAllow, http.MethodPost)
		return reply(c, http.StatusMethodNotAllowed, []byte(`{"code":405,"message":"POST only"}`))
	}
	began := time.Now()
	ctx, free := deadline.Only(began.Add(e.config.ActionTimeout))
	defer free()
	ctx, seen := e.observe.begin(ctx, c, began, "")
	outcome := serve(ctx, c)
	seen.answeredEvent(ctx, outcome)
	return reply(c, outcome.Status, outcome.Body)
}
