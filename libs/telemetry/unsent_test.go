package telemetry_test

import (
	"log/slog"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/telemetry"
)

// What is not sent is told from OpenTelemetry's own that never samples by
// nothing but its cost.
func TestATraceThatIsNotSentGoesOnAndIsNotRecorded(t *testing.T) {
	ours, err := telemetry.New(t.Context(), "test", "dev", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(t.Context()) })
	for name, tracer := range map[string]trace.Tracer{
		"ours": ours.Tracer("test"), "OpenTelemetry's": sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())).Tracer("test"),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, first := tracer.Start(t.Context(), "first", trace.WithSpanKind(trace.SpanKindServer))
			_, other := tracer.Start(t.Context(), "other")
			if !first.SpanContext().IsValid() || first.SpanContext().TraceID() == other.SpanContext().TraceID() {
				t.Errorf("two traces have ids %v and %v", first.SpanContext().TraceID(), other.SpanContext().TraceID())
			}
			if got := trace.SpanContextFromContext(ctx); !got.Equal(first.SpanContext()) {
				t.Errorf("the context has %v, want %v", got, first.SpanContext())
			}
			parent := trace.NewSpanContext(trace.SpanContextConfig{
				TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, Remote: true,
			})
			_, child := tracer.Start(trace.ContextWithRemoteSpanContext(t.Context(), parent), "child")
			got := child.SpanContext()
			if got.TraceID() != parent.TraceID() || got.SpanID() == parent.SpanID() || !got.IsValid() || got.IsSampled() || got.IsRemote() || child.IsRecording() {
				t.Errorf("a child of %+v is %+v", parent, got)
			}
			child.End()
		})
	}
}
