package e2e_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"xiaozhibo.dev/test/e2e/deployments"
)

// One trace leads through every process and to its store, and from an Action that
// travelled with others to where they went.
func TestATraceSpansEveryProcessAndItsStore(t *testing.T) {
	programs := theBuilt(t)
	_, onRedis := startRedis(t)
	for name, test := range map[string]struct {
		store   deployments.Store
		fetches []string // what a FetchList is traced through
		like    string   // the write of a like
	}{
		"on Redis": {onRedis, []string{"gateway", "stream", "stream pipeline", "counter", "counter pipeline", "room", "room pipeline", "signing"}, "counter pipeline"},
		"on bbolt": {deployments.Bbolt, []string{"gateway", "stream", "counter", "room", "signing"}, "commit counter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			received := newReceiver(t)
			server := deployments.Deployment{Programs: programs, Split: true, Copies: 1, Store: test.store}.Start(t, map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": received.url, "OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_METRICS_EXPORTER": "none",
			})
			post(t, server.URL(), newTrace(), `{"Action":"RequestLVBAddr","userid":"tom","groupid":"g1","title":"t"}`)
			post(t, server.URL(), newTrace(), `{"Action":"ChangeStatus","userid":"tom","status":0}`)

			like := newTrace()
			post(t, server.URL(), like, `{"Action":"ChangeCount","userid":"tom","type":1,"optype":0,"flag":0}`)
			received.mustHold(t, like, "gateway", "stream", "counter", test.like)

			fetches := make([]string, 8)
			var clients sync.WaitGroup
			for i := range fetches {
				fetches[i] = newTrace()
				clients.Go(func() {
					post(t, server.URL(), fetches[i], `{"Action":"FetchList","flag":1,"pageno":1,"pagesize":20}`)
				})
			}
			clients.Wait()
			for _, trace := range fetches {
				received.mustHold(t, trace, test.fetches...)
			}
		})
	}
}

// receiver is a collector of traces.
type receiver struct {
	url string

	mu    sync.Mutex
	spans map[string][]span // by trace
}

type span struct {
	service, name string
	id, parent    string
	links         []link
}

type link struct{ trace, id string }

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{spans: map[string][]span{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	var sent collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(body, &sent) != nil {
		http.Error(w, "not traces", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, of := range sent.GetResourceSpans() {
		service := ""
		for _, attribute := range of.GetResource().GetAttributes() {
			if attribute.GetKey() == "service.name" {
				service = attribute.GetValue().GetStringValue()
			}
		}
		for _, scope := range of.GetScopeSpans() {
			for _, one := range scope.GetSpans() {
				r.keep(service, one)
			}
		}
	}
}

func (r *receiver) keep(service string, sent *tracepb.Span) {
	kept := span{service: service, name: sent.GetName(), id: hex.EncodeToString(sent.GetSpanId()), parent: hex.EncodeToString(sent.GetParentSpanId())}
	for _, to := range sent.GetLinks() {
		kept.links = append(kept.links, link{trace: hex.EncodeToString(to.GetTraceId()), id: hex.EncodeToString(to.GetSpanId())})
	}
	trace := hex.EncodeToString(sent.GetTraceId())
	r.spans[trace] = append(r.spans[trace], kept)
}

// mustHold waits until everything wanted, services and names of spans, is found from the trace: in it, or below
// a span of another trace that it leads to.
func (r *receiver) mustHold(t *testing.T, trace string, wanted ...string) {
	t.Helper()
	var found map[string]bool
	for began := time.Now(); time.Since(began) < 3*time.Minute; time.Sleep(20 * time.Millisecond) {
		found = map[string]bool{}
		r.mu.Lock()
		r.follow(link{trace: trace}, found, map[link]bool{})
		r.mu.Unlock()
		missing := false
		for _, want := range wanted {
			missing = missing || !found[want]
		}
		if !missing {
			return
		}
	}
	t.Errorf("the trace %s leads to %v, want %q", trace, found, wanted)
}

// follow notes the services and names of what is below a span, or of a whole trace.
func (r *receiver) follow(from link, found map[string]bool, seen map[link]bool) {
	if seen[from] {
		return
	}
	seen[from] = true
	for _, one := range r.spans[from.trace] {
		switch {
		case from.id == "" || one.id == from.id:
			found[one.service], found[one.name] = true, true
			for _, to := range one.links {
				if !strings.HasPrefix(one.name, "batch ") { // from a caller to its batch, not back to the others
					r.follow(to, found, seen)
				}
			}
			if from.id == "" {
				continue
			}
		case one.parent == from.id:
			r.follow(link{trace: from.trace, id: one.id}, found, seen)
		}
	}
}

// newTrace returns the id of a trace that begins at a client.
func newTrace() string { return fmt.Sprintf("%016x%016x", rand.Uint64()|1, rand.Uint64()) }

func post(t *testing.T, url, trace, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/interface.php", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	req.Header.Set("Traceparent", "00-"+trace+"-00000000000000aa-01")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	if reply, err := io.ReadAll(resp.Body); err != nil || !bytes.HasPrefix(reply, []byte(`{"returnValue":0,`)) {
		t.Errorf("%s: %s, %v", body, reply, err)
	}
}
