package admin

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/telemetry"
)

// contextOf bounds the time of a request.
func contextOf(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), timeout)
}

// action carries out an Action as if a client had sent it, from no address and without
// proof of who that is: an operator may act for anybody. The reply is the client's; the
// header Server-Timing says how many milliseconds it took, and Trace-Id by which trace it is
// found in the logs and, if traces are exported, where they go. With trace=true in the query
// its spans are kept for GET /api/trace.
func (a *API) action(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := contextOf(r)
	defer cancel()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	began := time.Now()
	request := a.actions.Read(body).Vouched()
	ctx, span, end := a.begin(ctx, r, began, request.Action)
	answer := request.Serve(ctx, netip.Prefix{})
	if answer.Fault != "" {
		span.SetStatus(codes.Error, string(answer.Fault))
	}
	end()
	if id := span.SpanContext().TraceID(); id.IsValid() {
		w.Header().Set("Trace-Id", id.String())
	}
	w.Header().Set("Server-Timing", fmt.Sprintf("action;dur=%.3f", float64(time.Since(began).Microseconds())/1000))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(answer.Body) // a caller that has left needs no answer
}

// begin begins the span of an Action.
func (a *API) begin(ctx context.Context, r *http.Request, began time.Time, name string) (context.Context, trace.Span, func()) {
	if r.URL.Query().Get("trace") == "true" {
		return a.traces.begin(ctx, a.tracer, began, name)
	}
	ctx, span := telemetry.Serve(ctx, a.tracer, began, r.Method, name)
	return ctx, span, func() { span.End() }
}
