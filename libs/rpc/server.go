// Package rpc carries contracts between processes: JSON over HTTP POST, with the caller's
// deadline and typed errors. It knows no contract by name.
//
// A service is a list of Methods, made by Handle and HandleBatch; Add serves them as a part of a process.
// A caller has a Client for each service: NewUpstream finds the copies (copies.go), tries a call
// again (retry.go) and gives up at once while none answers (upstream.go). Call carries out one
// method; a Batch sends the items of concurrent calls together. Contracts use both in their
// remote.go, so that nobody else sees this package.
//
// Every method must be safe to repeat, because a call whose answer is lost is sent again.
//
// On the wire it is much like Connect (connectrpc.com). That would generate the contracts from
// .proto files; here a contract is a Go interface, written by hand, and each item of a batch has
// an error of its own.
package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/intake"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	prefix = "/rpc/"
	// timeoutHeader holds the milliseconds the caller is still willing to wait.
	timeoutHeader = "Xzb-Timeout-Ms"
	maxTimeout    = 30 * time.Second
	// MaxBody bounds one call and its reply, in bytes.
	MaxBody = 16 << 20
)

// Method is one method of a contract, ready to be served.
type Method struct {
	name string
	call func(ctx context.Context, body []byte) (answer, error)
}

// answer is the reply to a call that did not fail as a whole.
type answer struct {
	status int
	body   []byte
	failed []error // of items, to be logged
}

// Handle makes a Method of a function. Name is "service.Method".
func Handle[Req, Resp any](name string, fn func(context.Context, Req) (Resp, error)) Method {
	return Method{name: name, call: func(ctx context.Context, body []byte) (answer, error) {
		req, err := arguments[Req](name, body)
		if err != nil {
			return answer{}, err
		}
		resp, err := fn(ctx, req)
		if err != nil {
			return answer{}, err
		}
		return encode(name, http.StatusOK, resp)
	}}
}

// arguments decodes a call. What is malformed is the caller's fault, and so Invalid.
func arguments[Req any](name string, body []byte) (req Req, err error) {
	// A copy: fiber uses body again for the next call.
	if err := json.Unmarshal(body, &req); err != nil {
		return req, apierr.Wrap(apierr.Invalid, err, "%s: malformed call", name)
	}
	return req, nil
}

// encode makes the reply to a call.
func encode(name string, status int, resp any) (answer, error) {
	body, err := json.Marshal(resp)
	if err != nil {
		return answer{}, fmt.Errorf("%s: encode reply: %w", name, err)
	}
	return answer{status: status, body: body}, nil
}

// Mount adds the methods to app as POST /rpc/{name}.
func Mount(app *fiber.App, scope telemetry.Scope, methods ...Method) {
	observer, bodies, reports := newObserver(scope), intake.NewBudget(maxBodies), &reports{log: scope.Log}
	for _, method := range methods {
		app.Post(prefix+method.name, func(c *fiber.Ctx) error {
			ctx, cancel := context.WithDeadline(c.UserContext(), c.Context().Time().Add(timeout(c.Get(timeoutHeader))))
			defer cancel()
			ctx, done := observer.begin(ctx, c, method.name)
			body, err := receive(c, bodies)
			defer body.Release()
			var reply answer
			if err == nil {
				reply, err = method.protect(ctx, body.Bytes)
			}
			done(err)
			if err != nil {
				return refuse(ctx, c, reports, method.name, err)
			}
			for _, err := range reply.failed {
				reports.tell(ctx, "item failed", method.name, err)
			}
			c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
			return c.Status(reply.status).Send(reply.body)
		})
	}
}

// protect carries out a call that somebody still waits for. It turns a panic
// into an internal error: one bad call must not take the service from everybody.
func (m Method) protect(ctx context.Context, body []byte) (reply answer, err error) {
	defer apierr.Recover(&err)
	if err := ctx.Err(); err != nil {
		return answer{}, err // the caller has left, or tries elsewhere
	}
	return m.call(ctx, body)
}

// timeout reads the header. A caller without one, or with one that makes no sense, is given the
// most.
func timeout(header string) time.Duration {
	ms, err := strconv.ParseInt(header, 10, 64)
	if err != nil || ms <= 0 || ms > maxTimeout.Milliseconds() {
		return maxTimeout
	}
	return time.Duration(ms) * time.Millisecond
}

// refuse answers a call that has failed as a whole. The cause is for our log, and code and
// message for the caller.
func refuse(ctx context.Context, c *fiber.Ctx, reports *reports, method string, err error) error {
	reports.tell(ctx, "call failed", method, err)
	public := apierr.Public(err)
	return c.Status(status(public.Code)).JSON(public)
}

// status is for people and proxies that look at the traffic; our own client
// reads the code from the body.
func status(code apierr.Code) int {
	switch code {
	case apierr.Invalid:
		return http.StatusBadRequest
	case apierr.NotFound:
		return http.StatusNotFound
	case apierr.Denied, apierr.Banned:
		return http.StatusForbidden
	case apierr.TooMany:
		return http.StatusTooManyRequests
	case apierr.Unavailable:
		return http.StatusServiceUnavailable
	case apierr.NotConfigured:
		return http.StatusNotImplemented
	default:
		return http.StatusInternalServerError
	}
}
