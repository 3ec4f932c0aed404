// Package admin answers operators who have shown their secret: what rooms there are and why,
// what became of them, and what is done about them. The console is one caller; any other may be.
// docs/admin.md describes it.
//
// API.Routes are all of it. The listener, and the question whether the caller is an operator,
// are libs/admin's. What changes anything is written into the audit journal before it is done.
// Then it is done in the services, and at last the live platform is told, whose failure takes
// nothing back.
//
// There is one file for each kind of request. Unlike clients, operators get ordinary HTTP
// statuses, and the causes of errors.
package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ops"
	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	// maxBody is that of an Action, in bytes.
	maxBody = 64 << 10
	// timeout is how long a request waits for the services behind the gateway.
	timeout = 5 * time.Second
)

// API answers operators. It is safe for concurrent use. It keeps nothing: what there is to tell
// is in the services, and the journal in the stream service's bookmarks.
type API struct {
	actions  *action.Actions
	platform platform.Platform
	webhooks Webhooks
	audit    journal
	log      *slog.Logger
	tracer   trace.Tracer
	traces   *traces
	*metrics
}

// Options are what there may be beside the services. Without a platform none is told.
type Options struct {
	Platform platform.Platform
	Webhooks Webhooks
}

// New returns an API on the services of actions.
func New(actions *action.Actions, options Options, scope telemetry.Scope) (*API, error) {
	m, err := newMetrics(scope.Meter)
	if err != nil {
		return nil, err
	}
	return &API{actions, options.Platform, options.Webhooks, journal{actions.Stream, time.Now}, scope.Log, scope.Tracer, newTraces(), m}, nil
}

// Routes are all that operators may ask.
func (a *API) Routes() []ops.Route {
	routes := []ops.Route{
		{Pattern: "POST /api/action", Handler: http.HandlerFunc(a.action)},
		{Pattern: "GET /api/trace", Handler: a.answer(a.trace)},
		{Pattern: "GET /api/health", Handler: a.answer(a.health)},
		{Pattern: "GET /api/openapi.yaml", Handler: http.HandlerFunc(a.describe)},
		{Pattern: "GET /api/room", Handler: a.answer(a.room)},
		{Pattern: "POST /api/end", Handler: a.answer(a.end)},
		{Pattern: "POST /api/kick", Handler: a.answer(a.kick)},
		{Pattern: "DELETE /api/recordings", Handler: a.answer(a.removeRecording)},
		{Pattern: "GET /api/summaries", Handler: a.answer(a.summaries)},
		{Pattern: "GET /api/bans", Handler: a.answer(a.bans)},
		{Pattern: "PUT /api/bans", Handler: a.answer(a.ban)},
		{Pattern: "DELETE /api/bans", Handler: a.answer(a.liftBan)},
		{Pattern: "GET /api/audit", Handler: a.answer(a.audits)},
		{Pattern: "GET /api/webhooks", Handler: a.answer(a.webhookStatus)},
		{Pattern: "POST /api/webhooks/resume", Handler: a.answer(a.resumeWebhooks)},
		{Pattern: "POST /api/webhooks/revive", Handler: a.answer(a.reviveWebhook)},
	}
	for i, route := range routes {
		routes[i].Handler = a.measure(route.Pattern, route.Handler)
	}
	return routes
}

// answer makes a handler of a function that returns what to send. Its error becomes a
// status and a sentence that says what is wrong.
func (a *API) answer(of func(r *http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := contextOf(r)
		defer cancel()
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		sent, err := of(r.WithContext(ctx))
		if err != nil {
			a.fail(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if err := json.NewEncoder(w).Encode(sent); err != nil {
			a.log.Debug("an operator has left", "err", err)
		}
	})
}

// statuses are those of errors that a caller can do something about.
var statuses = map[apierr.Code]int{
	apierr.Invalid:     http.StatusBadRequest,
	apierr.NotFound:    http.StatusNotFound,
	apierr.TooMany:     http.StatusTooManyRequests,
	apierr.Unavailable: http.StatusServiceUnavailable,
	apierr.Storage:     http.StatusServiceUnavailable,
}

// fail tells an operator all that is known: unlike a client, an operator may know causes.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, known := statuses[apierr.CodeOf(err)]
	if !known {
		status = http.StatusInternalServerError
	}
	if status >= http.StatusInternalServerError {
		a.log.ErrorContext(r.Context(), "an operator's request failed", "route", r.Pattern, "err", err)
	}
	http.Error(w, err.Error(), status)
}

// read reads the JSON object of a request into a struct: a field that is not known, or
// anything behind the object, is Invalid, so that a typing error changes nothing. So is
// what is not UTF-8, which would be repaired: two users would become one.
func read[T any](r *http.Request) (value T, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return value, apierr.New(apierr.Invalid, "the body cannot be read: %v", err)
	}
	if !utf8.Valid(body) {
		return value, apierr.New(apierr.Invalid, "the body is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		return value, apierr.New(apierr.Invalid, "the body is not the JSON that was expected: %v", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return value, apierr.New(apierr.Invalid, "there is more than one JSON object in the body")
	}
	return value, nil
}
