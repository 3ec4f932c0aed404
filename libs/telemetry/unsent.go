package telemetry

import (
	"context"
	"encoding/binary"
	"math/rand/v2"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
)

// unsent is a provider whose spans have ids and nothing else. It goes on with the
// caller's trace and records nothing, as OpenTelemetry's own would that never
// samples, but asks nobody on the way.
type unsent struct{ embedded.TracerProvider }

func (unsent) Tracer(string, ...trace.TracerOption) trace.Tracer { return unsentTracer{} }

func (unsent) Shutdown(context.Context) error { return nil }

type unsentTracer struct{ embedded.Tracer }

// Start returns a span that is not recorded.
func (unsentTracer) Start(ctx context.Context, _ string, _ ...trace.SpanStartOption) (context.Context, trace.Span) {
	parent := trace.SpanContextFromContext(ctx)
	config := trace.SpanContextConfig{
		TraceID:    parent.TraceID(),
		SpanID:     newSpanID(),
		TraceFlags: parent.TraceFlags() &^ trace.FlagsSampled,
		TraceState: parent.TraceState(),
	}
	if !config.TraceID.IsValid() {
		config.TraceID = newTraceID()
	}
	ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(config))
	return ctx, trace.SpanFromContext(ctx)
}

func newTraceID() (id trace.TraceID) {
	for !id.IsValid() {
		binary.NativeEndian.PutUint64(id[:8], rand.Uint64())
		binary.NativeEndian.PutUint64(id[8:], rand.Uint64())
	}
	return id
}

func newSpanID() (id trace.SpanID) {
	for !id.IsValid() {
		binary.NativeEndian.PutUint64(id[:], rand.Uint64())
	}
	return id
}
