package telemetry

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"

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
	span := &unsentSpan{Span: unrecorded, parent: trace.SpanFromContext(ctx)}
	return trace.ContextWithSpan(ctx, span), span
}

// unsentSpan makes its ids when they are asked for. Few requests write a line of the log or
// call another process, and nobody else asks.
type unsentSpan struct {
	trace.Span // does nothing
	parent     trace.Span

	once sync.Once
	ids  trace.SpanContext
}

// SpanContext returns the same ids however often it is called.
func (s *unsentSpan) SpanContext() trace.SpanContext {
	s.once.Do(func() { s.ids = childOf(s.parent.SpanContext()) })
	return s.ids
}

// childOf returns the ids of a span below parent, which is in a trace of its own if parent
// is in none.
func childOf(parent trace.SpanContext) trace.SpanContext {
	config := trace.SpanContextConfig{
		TraceID:    parent.TraceID(),
		SpanID:     newSpanID(),
		TraceFlags: parent.TraceFlags() &^ trace.FlagsSampled,
		TraceState: parent.TraceState(),
	}
	if !config.TraceID.IsValid() {
		config.TraceID = newTraceID()
	}
	return trace.NewSpanContext(config)
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
