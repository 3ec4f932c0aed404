package admin

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/apierr"
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
	own *sdktrace.TracerProvider

	mu    sync.Mutex
	order []trace.TraceID
	of    map[trace.TraceID][]sdktrace.ReadOnlySpan
}

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

func (t *traces) find(id trace.TraceID) []sdktrace.ReadOnlySpan {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.of[id])
}

// step is one span of a trace, as an operator sees it.
type step struct {
	Name         string  `json:"name"`
	Service      string  `json:"service"`
	Depth        int     `json:"depth"`        // 0: the Action itself
	Start        float64 `json:"start"`        // milliseconds after the Action began
	Milliseconds float64 `json:"milliseconds"` // until its end
	Error        string  `json:"error,omitempty"`
}

// trace answers what an Action consisted of, the newest without an id: each step below the
// one that made it.
func (a *API) trace(r *http.Request) (any, error) {
	id, asked := a.traces.newest(), r.URL.Query().Get("id")
	if asked != "" {
		var err error
		if id, err = trace.TraceIDFromHex(asked); err != nil {
			return nil, apierr.New(apierr.Invalid, "id: must be a trace id, 32 hexadecimal digits")
		}
	}
	spans := a.traces.find(id)
	if len(spans) == 0 {
		return nil, apierr.New(apierr.NotFound, "this gateway keeps no such trace: it has the last %d Actions that were sent to it with trace=true", maxTraces)
	}
	return map[string]any{"id": id.String(), "steps": steps(spans)}, nil
}

// steps are the spans from the outside in, those of one parent in the order in which they began.
func steps(spans []sdktrace.ReadOnlySpan) []step {
	slices.SortStableFunc(spans, func(a, b sdktrace.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	below, known := map[trace.SpanID][]sdktrace.ReadOnlySpan{}, map[trace.SpanID]bool{}
	for _, span := range spans {
		known[span.SpanContext().SpanID()] = true
	}
	for _, span := range spans {
		parent := span.Parent().SpanID()
		if !known[parent] {
			parent = trace.SpanID{} // of another process, or not ended
		}
		below[parent] = append(below[parent], span)
	}
	all, began := make([]step, 0, len(spans)), spans[0].StartTime()
	var add func(parent trace.SpanID, depth int)
	add = func(parent trace.SpanID, depth int) {
		for _, span := range below[parent] {
			all = append(all, stepOf(span, began, depth))
			add(span.SpanContext().SpanID(), depth+1)
		}
	}
	add(trace.SpanID{}, 0)
	return all
}

func stepOf(span sdktrace.ReadOnlySpan, began time.Time, depth int) step {
	return step{
		Name: span.Name(), Service: serviceOf(span), Depth: depth, Error: span.Status().Description,
		Start: milliseconds(span.StartTime().Sub(began)), Milliseconds: milliseconds(span.EndTime().Sub(span.StartTime())),
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// serviceOf is whose work a span is: a store's namespace, the service that is called, or
// the one that stands before the point in a batch's name; else the gateway's own.
func serviceOf(span sdktrace.ReadOnlySpan) string {
	for _, key := range []attribute.Key{semconv.DBNamespaceKey, semconv.ServerAddressKey} {
		for _, attribute := range span.Attributes() {
			if attribute.Key == key {
				return attribute.Value.AsString()
			}
		}
	}
	batch, _, _ := strings.Cut(strings.TrimPrefix(span.Name(), "batch "), ".")
	if batch == span.Name() {
		batch = ""
	}
	return cmp.Or(batch, "gateway")
}
