package combine

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/telemetry"
)

// traced makes a batch go on with the trace of its first caller whose trace is recorded.
// Work that several callers share has a span of its own. It is linked with theirs both
// ways: it can be found from each of their traces.
func traced[T, R any](ctx context.Context, name string, batch []*call[T, R]) (context.Context, trace.Span) {
	first := trace.SpanFromContext(batch[0].ctx)
	var callers []trace.Span
	for _, next := range batch {
		if span := trace.SpanFromContext(next.ctx); span.IsRecording() {
			callers = append(callers, span)
		}
	}
	if len(callers) > 0 {
		first = callers[0]
	}
	if first.SpanContext().IsValid() {
		ctx = trace.ContextWithSpan(ctx, first)
	}
	if len(batch) == 1 || len(callers) == 0 {
		return ctx, trace.SpanFromContext(context.Background())
	}
	links := make([]trace.Link, len(callers)-1)
	for i, caller := range callers[1:] {
		links[i].SpanContext = caller.SpanContext()
	}
	ctx, span := telemetry.Child(ctx, "batch "+name, trace.WithLinks(links...), trace.WithAttributes(attribute.Int("xzb.batch.callers", len(batch))))
	for _, caller := range callers[1:] {
		caller.AddLink(trace.Link{SpanContext: span.SpanContext()})
	}
	return ctx, span
}
