package edge_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func TestEveryAnswerIsMeasured(t *testing.T) {
	recorder := telemetrytest.New()
	fakes := gatewaytest.World()
	fakes.Signing.UploadFunc = func() (signatures.UploadSign, error) {
		return signatures.UploadSign{}, apierr.New(apierr.Unavailable, "down")
	}
	fakes.Stream.ApplyPushFunc = func(streams.Push) (streams.Verdict, error) { return "", apierr.New(apierr.Storage, "disk full") }
	base := serveScope(t, edge.Config{}, fakes, recorder.Scope())
	for _, sent := range []struct{ method, path, body string }{
		{"POST", "/interface.php", `{"Action":"ChangeStatus","userid":"tom","status":0}`},
		{"POST", "/", `{"Action":"ChangeStatus","userid":"nobody","status":0}`},
		{"POST", "/", `{"Action":"GetCOSSign"}`},
		{"POST", "/", `{"Action":"Made.up\"name"}`},
		{"GET", "/", ``},
		{"POST", "/callback", `{"event_type":1,"stream_id":"8888_tom"}`},
		{"POST", "/made/up", ``},
	} {
		do(t, sent.method, base+sent.path, sent.body)
	}
	const duration = "http.server.request.duration "
	got := map[string]int{}
	for series, value := range recorder.Values(t) {
		if labels, ok := strings.CutPrefix(series, duration); ok {
			got[labels] = value
		}
		if strings.HasPrefix(series, "http.server.active_requests") && value != 0 {
			t.Errorf("%s is %d, though nothing is under way", series, value)
		}
	}
	action := func(method, route, name, code string) string {
		return "http.request.method=" + method + " http.response.status_code=200 http.route=" + route + " url.scheme=http xzb.action=" + name + " xzb.return_value=" + code
	}
	want := map[string]int{
		action("POST", "/interface.php", "ChangeStatus", "0"):                                                            1,
		action("POST", "/", "ChangeStatus", "2003"):                                                                      1,
		"error.type=unavailable " + action("POST", "/", "GetCOSSign", "3000"):                                            1,
		action("POST", "/", "_OTHER", "1000"):                                                                            1,
		action("GET", "/", "_OTHER", "4001"):                                                                             1,
		"error.type=storage http.request.method=POST http.response.status_code=500 http.route=/callback url.scheme=http": 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("measured %q\nwant %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

func TestAnActionGoesOnWithTheTraceOfItsClient(t *testing.T) {
	recorder := telemetrytest.New()
	fakes := gatewaytest.World()
	fakes.Signing.UploadFunc = func() (signatures.UploadSign, error) {
		return signatures.UploadSign{}, apierr.New(apierr.Unavailable, "down")
	}
	base := serveScope(t, edge.Config{}, fakes, recorder.Scope())
	do(t, "POST", base, `{"Action":"ChangeStatus","userid":"tom","status":0}`, "traceparent", traceparent)
	do(t, "POST", base, `{"Action":"GetCOSSign"}`)
	done, failed := recorder.Span(t, "POST ChangeStatus"), recorder.Span(t, "POST GetCOSSign")
	if got := done.Parent(); got.TraceID().String() != "0af7651916cd43dd8448eb211c80319c" || got.SpanID().String() != "b7ad6b7169203331" {
		t.Errorf("it is below %v", got)
	}
	if done.SpanKind() != trace.SpanKindServer || done.Status().Code != codes.Unset {
		t.Errorf("%v, status %v", done.SpanKind(), done.Status())
	}
	if failed.Parent().IsValid() || failed.Status().Code != codes.Error {
		t.Errorf("without a client's trace it is below %v, status %v", failed.Parent(), failed.Status())
	}
}

func TestAFailedActionIsOneLineWithItsTrace(t *testing.T) {
	var logged bytes.Buffer
	fakes := gatewaytest.World()
	fakes.Signing.UploadFunc = func() (signatures.UploadSign, error) {
		return signatures.UploadSign{}, apierr.New(apierr.Storage, "disk full")
	}
	log := slog.New(telemetry.LogHandler(slog.NewJSONHandler(&logged, nil)))
	base := serveScope(t, edge.Config{}, fakes, telemetry.Discard().WithLog(log))
	logged.Reset()
	do(t, "POST", base, `{"Action":"GetCOSSign"}`, "traceparent", traceparent)
	var line struct {
		Action, Code, Err string
		ReturnValue       int    `json:"return_value"`
		TraceID           string `json:"trace_id"`
	}
	if err := json.Unmarshal(logged.Bytes(), &line); err != nil {
		t.Fatalf("%q: %v", &logged, err)
	}
	if line.Action != "GetCOSSign" || line.ReturnValue != 2003 || line.Code != "storage" || line.Err != "disk full" || line.TraceID != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("logged %s", &logged)
	}
}

func TestTheAccessLogIsOffUnlessAShareIsSet(t *testing.T) {
	for share, want := range map[float64]int{0: 0, 1: 20} {
		var logged bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&logged, nil))
		base := serveScope(t, edge.Config{AccessLog: share}, gatewaytest.World(), telemetry.Discard().WithLog(log))
		logged.Reset()
		for range 20 {
			do(t, "POST", base, `{"Action":"ChangeStatus","userid":"tom","status":0}`)
		}
		if got := strings.Count(logged.String(), `"action":"ChangeStatus"`); got != want {
			t.Errorf("a share of %v logs %d of 20", share, got)
		}
	}
}

func serveScope(tb testing.TB, config edge.Config, fakes gatewaytest.Fakes, scope telemetry.Scope) (base string) {
	tb.Helper()
	config.ListenHTTP = "127.0.0.1:0"
	front, actions := newEdgeOn(tb, config, fakes, &lifecycle.Health{}, scope)
	return "http://" + serveOn(tb, front, actions, nil)
}
