package rpc_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

func TestATraceGoesOnInTheOtherProcess(t *testing.T) {
	here, there := telemetrytest.New(), telemetrytest.New()
	inside := trace.SpanContext{}
	failing := apierr.New(apierr.Storage, "disk full")
	serve := adaptor.FiberApp(rpc.NewApp(&lifecycle.Health{}, nil, there.Scope(),
		rpc.Handle("notes.Echo", func(ctx context.Context, n note) (note, error) {
			inside = trace.SpanContextFromContext(ctx)
			return n, nil
		}),
		rpc.Handle("notes.Fail", func(context.Context, note) (note, error) { return note{}, failing })))
	lost := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if lost {
			lost = false
			cutOff(w, req)
		}
		serve(w, req)
	}))
	defer server.Close()
	client, err := rpc.NewUpstream("notes", []string{server.Listener.Addr().String()}, nil, here.Scope().Meter, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()

	ctx, action := here.Scope().Tracer.Start(t.Context(), "Action")
	if _, err := rpc.Call[note](ctx, client, "notes.Echo", note{}); err != nil {
		t.Fatal(err)
	}
	if _, err := rpc.Call[note](ctx, client, "notes.Fail", note{}); apierr.CodeOf(err) != apierr.Storage {
		t.Fatal(err)
	}
	action.End()

	called, served := here.Span(t, "notes.Echo"), there.Span(t, "notes.Echo")
	if called.Parent().SpanID() != action.SpanContext().SpanID() || called.SpanKind() != trace.SpanKindClient {
		t.Errorf("the call is %v below %v", called.SpanKind(), called.Parent())
	}
	if served.Parent().SpanID() != called.SpanContext().SpanID() || served.SpanContext().TraceID() != action.SpanContext().TraceID() {
		t.Error("what is served is not below the call")
	}
	if inside.SpanID() != served.SpanContext().SpanID() {
		t.Error("the method does not run in the span")
	}
	if events := called.Events(); len(events) != 1 || events[0].Name != "retry" {
		t.Errorf("events %v, want the lost attempt", events)
	}
	for _, side := range []*telemetrytest.Recorder{here, there} {
		if failed := side.Span(t, "notes.Fail"); failed.Status().Code != codes.Error {
			t.Errorf("status %v of a call that failed", failed.Status())
		}
	}
	for series, want := range map[string]int{
		"rpc.server.call.duration rpc.method=notes.Echo rpc.response.status_code=ok":                         1,
		"rpc.server.call.duration error.type=storage rpc.method=notes.Fail rpc.response.status_code=storage": 1,
	} {
		if got := there.Values(t)[series]; got != want {
			t.Errorf("%s is %d, want %d", series, got, want)
		}
	}
}
