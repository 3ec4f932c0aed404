package telemetry

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/apierr"
)

// w3c carries a trace from one process to the next, in the header traceparent.
var w3c propagation.TraceContext

// Pass names the trace in ctx in the header of a request, where Continue finds it.
func Pass(ctx context.Context, header http.Header) {
	w3c.Inject(ctx, propagation.HeaderCarrier(header))
}

// Continue goes on with the trace that the header of a request names, if it does.
// Get returns bytes of that header, which are copied. Its tracestate is left
// behind: it is long text of a client's choice.
func Continue(ctx context.Context, get func(key string) []byte) context.Context {
	return w3c.Extract(ctx, header(get))
}

// Serve begins the span of a request that began some time ago. Where nothing is sent
// its name and its options are not even made: that is what most requests are.
func Serve(ctx context.Context, tracer trace.Tracer, began time.Time, method, of string) (context.Context, trace.Span) {
	if quiet, ok := tracer.(unsentTracer); ok {
		return quiet.Start(ctx, "")
	}
	return tracer.Start(ctx, method+" "+of, trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(began))
}

// header is a carrier that can be read only, of the one header that is ours.
type header func(key string) []byte

func (h header) Get(key string) string {
	if key != "traceparent" {
		return ""
	}
	return string(h(key))
}

func (h header) Set(string, string) {}
func (h header) Keys() []string     { return nil }

// Child starts a span below the one in ctx. If its parent is not recorded, neither is this
// span, and ctx stays as it is.
func Child(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, unrecorded
	}
	return parent.TracerProvider().Tracer("xiaozhibo.dev/libs/telemetry").Start(ctx, name, options...)
}

// unrecorded is a span that may be ended without ending another.
var unrecorded = trace.SpanFromContext(context.Background())

// End ends a span with what became of it.
func End(span trace.Span, err error) {
	if err != nil && span.IsRecording() {
		if code := apierr.CodeOf(err); code.Ours() {
			span.SetStatus(codes.Error, string(code)) // the log has the cause
			span.SetAttributes(ErrorType(code))
		}
	}
	span.End()
}

// ErrorType names an error in metrics and traces.
func ErrorType(code apierr.Code) attribute.KeyValue {
	return semconv.ErrorTypeKey.String(string(code))
}
