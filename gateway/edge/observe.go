package edge

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/libs/telemetry/tally"
)

// observer measures and traces requests, by OpenTelemetry's conventions for HTTP. The
// values of labels come from our own lists, never from what was sent, so that no client
// can make up time series.
type observer struct {
	tracer   trace.Tracer
	duration httpconv.ServerRequestDuration
	active   httpconv.ServerActiveRequests
	received httpconv.ServerRequestBodySize
	sent     httpconv.ServerResponseBodySize
	events   metric.Int64Counter
	kinds    telemetry.Known[labels, *kind]
}

// newObserver registers the instruments of the edge.
func newObserver(scope telemetry.Scope) (*observer, error) {
	sizes := metric.WithExplicitBucketBoundaries(64, 256, 1<<10, 4<<10, 16<<10, 64<<10, 256<<10)
	duration, err := httpconv.NewServerRequestDuration(scope.Meter,
		metric.WithExplicitBucketBoundaries(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5))
	active, err2 := httpconv.NewServerActiveRequests(scope.Meter)
	received, err3 := httpconv.NewServerRequestBodySize(scope.Meter, sizes)
	sent, err4 := httpconv.NewServerResponseBodySize(scope.Meter, sizes)
	events, err5 := scope.Meter.Int64Counter("xzb.events",
		metric.WithDescription("Events of the live platform, by type, HTTP status and verdict."))
	return &observer{tracer: scope.Tracer, duration: duration, active: active, received: received, sent: sent, events: events},
		errors.Join(err, err2, err3, err4, err5)
}

// labels are those of a request that has begun.
type labels struct {
	method, route, scheme string
	action                string // "" for an event
}

// answer is what an ended request is labelled with besides.
type answer struct {
	status      int
	returnValue int
	fault       apierr.Code
}

// kind is all requests that have begun with the same labels. What measures them is looked up
// once, and not by seven labels for each of five values of a request.
type kind struct {
	labels
	active  func(context.Context, int64)
	answers telemetry.Known[answer, *answered]
}

// answered measures the requests of a kind with one answer.
type answered struct {
	duration       func(context.Context, float64)
	received, sent func(context.Context, int64)
}

func (o *observer) kind(begun labels) *kind {
	return &kind{labels: begun, active: tally.BindInt64UpDownCounter(o.active.Inst(), attribute.NewSet(begun.attributes()...))}
}

func (o *observer) answered(k *kind, a answer) *answered {
	all := attribute.NewSet(k.with(a)...)
	return &answered{
		duration: tally.BindFloat64Histogram(o.duration.Inst(), all),
		received: tally.BindInt64Histogram(o.received.Inst(), all),
		sent:     tally.BindInt64Histogram(o.sent.Inst(), all),
	}
}

// exchange is one request with its answer, from begin to answeredAction or answeredEvent.
type exchange struct {
	*observer
	kind     *kind
	began    time.Time
	received int
	span     trace.Span
}

// begin opens the span of a request and counts it as active. It continues the client's
// trace if the request has one. began lies before the call, since the Action is known only
// once the body has been read; action is "" for an event. One of the answered methods must
// follow.
func (o *observer) begin(ctx context.Context, c *fiber.Ctx, began time.Time, action string) (context.Context, exchange) {
	begun := labels{method: methodOf(c), route: routeOf(c), scheme: "http", action: action}
	if c.Context().IsTLS() {
		begun.scheme = "https"
	}
	e := exchange{observer: o, kind: o.kinds.Of(begun, o.kind), began: began, received: len(c.Request().Body())}
	e.kind.active(ctx, 1)
	of := action
	if action == "" {
		of = begun.route
	}
	if header := &c.Request().Header; len(header.Peek("traceparent")) > 0 {
		ctx = telemetry.Continue(ctx, header.Peek)
	}
	ctx, e.span = telemetry.Serve(ctx, o.tracer, began, begun.method, of)
	return ctx, e
}

// took returns how long the request has taken so far.
func (e *exchange) took() time.Duration { return time.Since(e.began) }

// answeredAction ends the exchange of an Action.
func (e *exchange) answeredAction(ctx context.Context, outcome action.Answer) {
	e.end(ctx, answer{status: fiber.StatusOK, returnValue: int(outcome.Code), fault: outcome.Fault}, len(outcome.Body))
}

// answeredEvent ends the exchange of a callback, and counts it by what became of it.
func (e *exchange) answeredEvent(ctx context.Context, outcome event.Answer) {
	e.end(ctx, answer{status: outcome.Status, fault: outcome.Fault}, len(outcome.Body))
	e.events.Add(ctx, 1, metric.WithAttributes(
		attribute.String("xzb.event.type", outcome.Type),
		semconv.HTTPResponseStatusCode(outcome.Status),
		attribute.String("xzb.event.verdict", string(outcome.Verdict)),
	))
}

// end closes the span and records duration, sizes and the end of the active request.
func (e *exchange) end(ctx context.Context, a answer, sent int) {
	if e.span.IsRecording() {
		e.span.SetAttributes(e.kind.with(a)...)
		if a.fault != "" {
			e.span.SetStatus(codes.Error, string(a.fault))
		}
	}
	e.span.End()
	e.kind.active(ctx, -1)
	measured := e.kind.answers.Of(a, func(a answer) *answered { return e.answered(e.kind, a) })
	measured.duration(ctx, e.took().Seconds())
	measured.received(ctx, int64(e.received))
	measured.sent(ctx, int64(sent))
}

// attributes returns the labels that a request counts as active under.
func (l labels) attributes() []attribute.KeyValue {
	all := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(l.method), semconv.URLScheme(l.scheme)}
	if l.action != "" {
		all = append(all, attribute.String("xzb.action", l.action))
	}
	return all
}

// with returns the labels of a request that was answered.
func (l labels) with(a answer) []attribute.KeyValue {
	all := append(l.attributes(), semconv.HTTPResponseStatusCode(a.status))
	if l.route != "" {
		all = append(all, semconv.HTTPRoute(l.route))
	}
	if l.action != "" {
		all = append(all, attribute.Int("xzb.return_value", a.returnValue))
	}
	if a.fault != "" {
		all = append(all, telemetry.ErrorType(a.fault))
	}
	return all
}

// methodOf returns a method as a constant, or "_OTHER". fiber's own string points into the
// request, whose memory is used again after it; a label lives longer.
func methodOf(c *fiber.Ctx) string {
	if i := slices.Index(fiber.DefaultMethods, c.Method()); i >= 0 {
		return fiber.DefaultMethods[i]
	}
	return "_OTHER"
}

// routeOf returns the one of our paths that a request was routed to, or "". Like routing
// it ignores case and a last slash.
func routeOf(c *fiber.Ctx) string {
	sent := strings.TrimSuffix(c.Path(), "/")
	for _, path := range paths {
		if strings.EqualFold(sent, strings.TrimSuffix(path, "/")) {
			return path
		}
	}
	return ""
}
