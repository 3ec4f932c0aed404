package rpc

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.opentelemetry.io/otel"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/rpcconv"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
)

// observer measures and traces the calls that are served.
type observer struct {
	scope    telemetry.Scope
	duration rpcconv.ServerCallDuration
	known    telemetry.Labels[labels]
}

// newObserver registers the instruments of one server.
func newObserver(scope telemetry.Scope) *observer {
	duration, err := rpcconv.NewServerCallDuration(scope.Meter, buckets)
	if err != nil {
		otel.Handle(err) // name and bounds are constants: what is returned with it still works
	}
	return &observer{scope: scope, duration: duration}
}

// begin goes on with the caller's trace. It returns what to call at the end.
func (o *observer) begin(ctx context.Context, c *fiber.Ctx, method string) (context.Context, func(error)) {
	began := time.Now()
	ctx, span := o.scope.Tracer.Start(telemetry.Continue(ctx, c.Request().Header.Peek), method, trace.WithSpanKind(trace.SpanKindServer))
	if span.IsRecording() {
		span.SetAttributes(semconv.RPCMethod(method))
	}
	return ctx, func(err error) {
		telemetry.End(span, err)
		o.duration.Inst().Record(context.Background(), time.Since(began).Seconds(), o.known.Of(labels{method: method, code: apierr.CodeOf(err)}, labels.attributes))
	}
}
