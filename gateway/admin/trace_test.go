package admin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/telemetry"
)

func TestAnActionOfAnOperatorTellsItsTrace(t *testing.T) {
	recorded := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorded))
	scope := telemetry.Discard()
	actions, err := action.New(gatewaytest.World().Services(), scope)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(actions.Close)
	scope.Tracer = provider.Tracer("test")
	api, err := admin.New(actions, admin.Options{}, scope)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, route := range api.Routes() {
		mux.Handle(route.Pattern, route.Handler)
	}
	reply := httptest.NewRecorder()
	body := strings.NewReader(`{"Action":"FetchList","flag":1,"pageno":1,"pagesize":10}`)
	mux.ServeHTTP(reply, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/action", body))
	ended := recorded.Ended()
	if len(ended) != 1 || ended[0].Name() != "POST FetchList" || ended[0].SpanContext().TraceID().String() != reply.Header().Get("Trace-Id") {
		t.Errorf("the header tells %q, of the spans %v", reply.Header().Get("Trace-Id"), ended)
	}
}
