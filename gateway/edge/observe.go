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
	known    telemetry.Labels[labels]
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

// labels are those of one answer. The first four are known when it begins.
type labels struct {
	method, route, scheme string
	action                string // "" for an event

	status      int
	returnValue int
	fault       apierr.Code
}

// exchange is one request with its answer, from begin to answeredAction or answeredEvent.
type exchange struct {
	*observer
	labels
	began    time.Time
	received int
	inFlight metric.MeasurementOption
	span     trace.Span
}

// begin opens the span of a request and counts it as active. It continues the client's
// trace if the request has one. began lies before the call, since the Action is known only
// once the body has been read; action is "" for an event. One of the answered methods must
// follow.
func (o *observer) begin(ctx context.Context, c *fiber.Ctx, began time.Time, action string) (context.Context, exchange) {
	e := exchange{observer: o, began: began, received: len(c.Request().Body())}
	e.labels = labels{method: methodOf(c), route: routeOf(c), scheme: "http", action: action}
	if c.Context().IsTLS() {
		e.scheme = "https"
	}
	e.inFlight = o.known.Of(e.labels, labels.attributes)
	o.active.Inst().Add(ctx, 1, e.inFlight)
	of := action
	if action == "" {
		of = e.route
	}
	if header := &c.Request().Header; len(header.Peek("traceparent")) > 0 {
		ctx = telemetry.Continue(ctx, header.Peek)
	}
	ctx, e.span = telemetry.Serve(ctx, o.tracer, began, e.method, of)
	return ctx, e
}

// took returns how long the request has taken so far.
func (e *exchange) took() time.Duration { return time.Since(e.began) }

// answeredAction ends the exchange of an Action.
func (e *exchange) answeredAction(ctx context.Context, outcome action.Answer) {
	e.status, e.returnValue, e.fault = fiber.StatusOK, int(outcome.Code), outcome.Fault
	e.end(ctx, len(outcome.Body))
}

// answeredEvent ends the exchange of a callback, and counts it by what became of it.
func (e *exchange) answeredEvent(ctx context.Context, outcome event.Answer) {
	e.status, e.fault = outcome.Status, outcome.Fault
	e.end(ctx, len(outcome.Body))
	e.events.Add(ctx, 1, metric.WithAttributes(
		attribute.String("xzb.event.type", outcome.Type),
		semconv.HTTPResponseStatusCode(outcome.Status),
		attribute.String("xzb.event.verdict", string(outcome.Verdict)),
	))
}

// end closes the span and records duration, sizes and the end of the active request.
func (e *exchange) end(ctx context.Context, sent int) {
	if e.span.IsRecording() {
		e.span.SetAttributes(e.attributes()...)
		if e.fault != "" {
			e.span.SetStatus(codes.Error, string(e.fault))
		}
	}
	e.span.End()
	labels := []metric.RecordOption{e.known.Of(e.labels, labels.attributes)}
	e.active.Inst().Add(ctx, -1, e.inFlight)
	e.duration.Inst().Record(ctx, e.took().Seconds(), labels...)
	e.observer.received.Inst().Record(ctx, int64(e.received), labels...)
	e.sent.Inst().Record(ctx, int64(sent), labels...)
}

// attributes returns the labels that are known so far: without a status the request has
// only begun, and counts as active under fewer labels.
func (l labels) attributes() []attribute.KeyValue {
	all := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(l.method), semconv.URLScheme(l.scheme)}
	if l.action != "" {
		all = append(all, attribute.String("xzb.action", l.action))
	}
	if l.status == 0 {
		return all // it has only begun
	}
	all = append(all, semconv.HTTPResponseStatusCode(l.status))
	if l.route != "" {
		all = append(all, semconv.HTTPRoute(l.route))
	}
	if l.action != "" {
		all = append(all, attribute.Int("xzb.return_value", l.returnValue))
	}
	if l.fault != "" {
		all = append(all, telemetry.ErrorType(l.fault))
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
