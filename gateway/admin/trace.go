package admin

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/apierr"
)

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

// stepOf describes a span. began is when the outermost did.
func stepOf(span sdktrace.ReadOnlySpan, began time.Time, depth int) step {
	return step{
		Name: span.Name(), Service: serviceOf(span), Depth: depth, Error: span.Status().Description,
		Start: milliseconds(span.StartTime().Sub(began)), Milliseconds: milliseconds(span.EndTime().Sub(span.StartTime())),
	}
}

// milliseconds has three decimals, as far as the clock can be believed.
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
