package admin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
)

// traced is an API whose stream service makes two spans, one in the other, when it is asked for a list.
type traced struct {
	t   *testing.T
	mux *http.ServeMux
}

func newTraced(t *testing.T, tracer trace.Tracer) traced {
	t.Helper()
	return newBusy(t, tracer, 1)
}

// newBusy is newTraced with so many spans in the outer one.
func newBusy(t *testing.T, tracer trace.Tracer, spans int) traced {
	t.Helper()
	world := gatewaytest.World()
	pages := world.Stream.PagesFunc
	world.Stream.PagesFunc = func(ctx context.Context, queries []streams.Query) ([]streams.Page, error) {
		ctx, outer := telemetry.Child(ctx, "batch stream.Pages")
		for range spans {
			_, inner := telemetry.Child(ctx, "read")
			telemetry.End(inner, apierr.New(apierr.Storage, "disk full"))
		}
		telemetry.End(outer, nil)
		return pages(ctx, queries)
	}
	scope := telemetry.Discard()
	actions, err := action.New(world.Services(), scope)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(actions.Close)
	scope.Tracer = tracer
	api, err := admin.New(actions, admin.Options{}, scope)
	if err != nil {
		t.Fatal(err)
	}
	asked := traced{t, http.NewServeMux()}
	for _, route := range api.Routes() {
		asked.mux.Handle(route.Pattern, route.Handler)
	}
	return asked
}

// list carries out FetchList and returns the id of its trace.
func (a traced) list(query string) (id string) {
	reply := httptest.NewRecorder()
	body := strings.NewReader(`{"Action":"FetchList","flag":1,"pageno":1,"pagesize":10}`)
	a.mux.ServeHTTP(reply, httptest.NewRequestWithContext(a.t.Context(), http.MethodPost, "/api/action"+query, body))
	return reply.Header().Get("Trace-Id")
}

// steps are those of a trace, a line each, indented, and nothing if it is not kept.
func (a traced) steps(id string) (lines []string) {
	a.t.Helper()
	reply := httptest.NewRecorder()
	a.mux.ServeHTTP(reply, httptest.NewRequestWithContext(a.t.Context(), http.MethodGet, "/api/trace?id="+id, http.NoBody))
	if reply.Code == http.StatusNotFound {
		return nil
	}
	var answer struct {
		ID    string
		Steps []struct {
			Name, Service, Error string
			Depth                int
			Start, Milliseconds  float64
		}
	}
	if err := json.Unmarshal(reply.Body.Bytes(), &answer); err != nil || answer.ID != id && id != "" {
		a.t.Fatalf("%v: %s", err, reply.Body)
	}
	whole := answer.Steps[0]
	for _, step := range answer.Steps {
		if step.Start < 0 || step.Start+step.Milliseconds > whole.Milliseconds+0.002 { // both are cut to microseconds
			a.t.Errorf("%s is not within the Action: %+v of %+v", step.Name, step, whole)
		}
		lines = append(lines, fmt.Sprintf("%s%s of %s %s", strings.Repeat(" ", step.Depth), step.Name, step.Service, step.Error))
	}
	return lines
}

func (a traced) want(id string, lines ...string) {
	a.t.Helper()
	if got := a.steps(id); strings.Join(got, "\n") != strings.Join(lines, "\n") {
		a.t.Errorf("the trace is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

var listed = []string{"POST FetchList of gateway ", " batch stream.Pages of stream ", "  read of gateway storage"}

func TestAnActionOfAnOperatorTellsItsTrace(t *testing.T) {
	exported := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(exported))
	id := newTraced(t, provider.Tracer("test")).list("")
	ended := exported.Ended()
	if len(ended) != 3 || ended[2].Name() != "POST FetchList" || ended[2].SpanContext().TraceID().String() != id {
		t.Errorf("the header tells %q, of the spans %v", id, ended)
	}
}

func TestWhatAnActionConsistsOfIsKeptWhereverTracesGo(t *testing.T) {
	exported := tracetest.NewSpanRecorder()
	for name, tracer := range map[string]trace.Tracer{
		"nowhere":       nooptrace.Tracer{},
		"to a server":   sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(exported)).Tracer("test"),
		"not this time": sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())).Tracer("test"),
	} {
		t.Run(name, func(t *testing.T) {
			a := newTraced(t, tracer)
			a.want("") // there is none yet
			id := a.list("?trace=true")
			a.want(id, listed...)
			a.want("", listed...)
		})
	}
	if len(exported.Ended()) != 3 {
		t.Errorf("exported are %v", exported.Ended())
	}
}

func TestOnlyWhatIsAskedForIsKept(t *testing.T) {
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(tracetest.NewSpanRecorder()))
	for name, tracer := range map[string]trace.Tracer{"exported": provider.Tracer("test"), "not exported": nooptrace.Tracer{}} {
		t.Run(name, func(t *testing.T) {
			a := newTraced(t, tracer)
			a.list("?trace=true")
			if id := a.list(""); id != "" {
				a.want(id)
			}
		})
	}
}

func TestTheNewestTracesAreKept(t *testing.T) {
	a := newTraced(t, nooptrace.Tracer{})
	first, second := a.list("?trace=true"), a.list("?trace=true")
	for range 49 {
		a.list("?trace=true")
	}
	a.want(first)
	a.want(second, listed...)
}

func TestATraceHasABoundedNumberOfSteps(t *testing.T) {
	a := newBusy(t, nooptrace.Tracer{}, 1000)
	if steps := a.steps(a.list("?trace=true")); len(steps) != 100 || steps[0] != listed[0] {
		t.Errorf("%d steps are kept, the first is %q", len(steps), steps[0])
	}
}
