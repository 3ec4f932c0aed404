package telemetry_test

import (
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

func TestBelowWhatIsNotRecordedNothingIs(t *testing.T) {
	ctx, span := telemetry.Child(t.Context(), "child")
	telemetry.End(span, apierr.New(apierr.Storage, "disk full"))
	if ctx != t.Context() || span.SpanContext().IsValid() {
		t.Errorf("there is a span %v", span.SpanContext())
	}
}

func TestOnlyOurOwnFaultsAreErrorsOfASpan(t *testing.T) {
	for code, want := range map[apierr.Code]codes.Code{
		apierr.Storage: codes.Error, apierr.Unavailable: codes.Error, apierr.Internal: codes.Error, apierr.NotConfigured: codes.Error,
		apierr.Invalid: codes.Unset, apierr.NotFound: codes.Unset, apierr.Denied: codes.Unset,
	} {
		recorder := telemetrytest.New()
		ctx, parent := recorder.Scope().Tracer.Start(t.Context(), "parent")
		_, span := telemetry.Child(ctx, "child")
		telemetry.End(span, apierr.New(code, "sorry"))
		parent.End()
		if got := recorder.Span(t, "child"); got.Status().Code != want || got.Parent().SpanID() != parent.SpanContext().SpanID() {
			t.Errorf("%s: status %v below %v", code, got.Status(), got.Parent())
		}
	}
}

func TestOnlyTheTraceOfAClientIsTakenOver(t *testing.T) {
	sent := map[string]string{
		"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"tracestate":  "a=" + strings.Repeat("x", 200), // may be kilobytes
	}
	got := trace.SpanContextFromContext(telemetry.Continue(t.Context(), func(key string) []byte { return []byte(sent[key]) }))
	if got.TraceID().String() != "0af7651916cd43dd8448eb211c80319c" || !got.IsSampled() || got.TraceState().Len() != 0 {
		t.Errorf("taken over %v with %q", got, got.TraceState())
	}
}
