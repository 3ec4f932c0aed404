package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/intake"
)

// refuse answers bytes that did not become a request: a header that is none, a body over
// the limit, a client too slow. target is the path as far as it was read. Clients get 200
// with an envelope, as always. The live platform takes every 200 for "done", so it gets
// another status.
func (e *Edge) refuse(rc *fasthttp.RequestCtx, target []byte, err error) {
	callback := isCallback(string(target))
	if callback {
		rc.Request.SetRequestURI(callbackPaths[1]) // which may not have been read
	}
	c := e.app.AcquireCtx(rc)
	defer e.app.ReleaseCtx(c)
	status := statusOf(err)
	e.log.Debug("request not read", "status", status) // the error quotes the header, and a token may be in it
	switch {
	case callback && status == http.StatusTooManyRequests:
		_ = e.refuseEvent(c, status) // which cannot fail
	case callback:
		_ = e.refuseEvent(c, http.StatusBadRequest) // one too long is one that cannot be read
	case status == http.StatusTooManyRequests:
		_ = e.refuseAction(c, envelope.TooMany, "too many requests!")
	default:
		_ = e.refuseAction(c, envelope.BadBody, "request could not be read: "+http.StatusText(status)+"!")
	}
}

// statusOf is what HTTP calls the failure.
func statusOf(err error) int {
	var timeout net.Error
	var large *fasthttp.ErrSmallBuffer
	switch {
	case errors.Is(err, intake.ErrTooLong):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, intake.ErrBusy):
		return http.StatusTooManyRequests
	case errors.As(err, &large):
		return http.StatusRequestHeaderFieldsTooLarge
	case errors.As(err, &timeout) && timeout.Timeout():
		return http.StatusRequestTimeout
	default:
		return http.StatusBadRequest
	}
}

// isCallback reports whether a path or absolute URL, which may be cut short, begins like
// those of events.
func isCallback(target string) bool {
	if absolute, err := url.Parse(target); err == nil && absolute.IsAbs() {
		target = absolute.Path
	}
	const path = "/callback"
	return len(target) >= len(path) && strings.EqualFold(target[:len(path)], path)
}

// refuseAction answers and measures a request of a client that no Action has seen.
func (e *Edge) refuseAction(c *fiber.Ctx, code envelope.Code, message string) error {
	code, body := envelope.Failure(&envelope.Error{Code: code, Message: message})
	ctx, seen := e.observe.begin(context.Background(), c, time.Now(), action.Other)
	seen.answeredAction(ctx, action.Answer{Action: action.Other, Code: code, Body: body})
	return reply(c, http.StatusOK, body)
}

// refuseEvent does the same for a request of the live platform, with a status that must
// not be 200.
func (e *Edge) refuseEvent(c *fiber.Ctx, status int) error {
	ctx, seen := e.observe.begin(context.Background(), c, time.Now(), "")
	seen.answeredEvent(ctx, event.Answer{Status: status, Type: event.Unread})
	return reply(c, status, ordinary(status))
}

// ordinary is the body of an ordinary HTTP status.
func ordinary(status int) []byte {
	return fmt.Appendf(nil, `{"code":%d,"message":%q}`, status, http.StatusText(status))
}
