package admin

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/telemetry"
)

const (
	maxTraces = 50  // are kept, the newest ones
	maxSpans  = 100 // of one trace: the Action's own, and those that ended first
)

// traces keep the spans of the Actions that operators want to see the inside of. Spans of
// other requests cost nothing by it: what records is put into the span of the Action, and
// only what is below it finds it there.
type traces struct {
	own *sdktrace.TracerProvider // records where nobody exports

	mu    sync.Mutex
	order []trace.TraceID // the keys of of, oldest first
	of    map[trace.TraceID][]sdktrace.ReadOnlySpan
}

// newTraces keeps nothing yet. Its own provider hands every span to a keeper for good; that of an exporter has one only while an
// Action is traced.
func newTraces() *traces {
	t := &traces{of: map[trace.TraceID][]sdktrace.ReadOnlySpan{}}
	t.own = sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.AlwaysSample()), sdktrace.WithSpanProcessor(&keeper{traces: t}))
	return t
}

// begin begins the span of an Action. What its trace consists of is kept until end is
// called, and a while longer if it is exported nowhere.
func (t *traces) begin(ctx context.Context, exports trace.Tracer, began time.Time, name string) (_ context.Context, span trace.Span, end func()) {
	within, span := telemetry.Serve(ctx, exports, began, http.MethodPost, name)
	provider, is := span.TracerProvider().(*sdktrace.TracerProvider)
	if !is || !span.IsRecording() { // nobody else records it
		within, span = telemetry.Serve(ctx, t.own.Tracer("xiaozhibo.dev/gateway/admin"), began, http.MethodPost, name)
		t.await(span)
		return within, span, func() { span.End() }
	}
	t.await(span)
	keeper := &keeper{traces: t}
	provider.RegisterSpanProcessor(keeper)
	return within, span, func() {
		span.End()
		provider.UnregisterSpanProcessor(keeper)
	}
}

// await makes room for a trace.
func (t *traces) await(span trace.Span) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.order) == maxTraces {
		delete(t.of, t.order[0])
		t.order = t.order[1:]
	}
	id := span.SpanContext().TraceID()
	t.order, t.of[id] = append(t.order, id), nil
}

// keep adds a span that has ended to its trace, if that is one of those.
func (t *traces) keep(span sdktrace.ReadOnlySpan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := span.SpanContext().TraceID()
	if spans, awaited := t.of[id]; awaited && (len(spans) < maxSpans-1 || !span.Parent().IsValid()) {
		t.of[id] = append(spans, span)
	}
}

// keeper hands spans over as they end.
type keeper struct{ traces *traces }

// OnEnd implements sdktrace.SpanProcessor, as the others do.
func (k *keeper) OnEnd(span sdktrace.ReadOnlySpan) { k.traces.keep(span) }

// OnStart does nothing.
func (*keeper) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// Shutdown has nothing to end.
func (*keeper) Shutdown(context.Context) error { return nil }

// ForceFlush has nothing to send.
func (*keeper) ForceFlush(context.Context) error { return nil }

// newest is the id of the last trace that has a span.
func (t *traces) newest() (id trace.TraceID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range t.order {
		if len(t.of[one]) > 0 {
			id = one
		}
	}
	return id
}

// find returns the spans of a trace, none if it is not kept. The slice is the caller's.
func (t *traces) find(id trace.TraceID) []sdktrace.ReadOnlySpan {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.of[id])
}
