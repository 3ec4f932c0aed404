package boltstore_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/counter"
)

func TestLikesWhoseRepliesAreLostCountOnce(t *testing.T) {
	service := &url.URL{Scheme: "http", Host: rpctest.Listen(t, counters.Methods(counter.New(open(t), time.Now))...)}
	proxy := httputil.NewSingleHostReverseProxy(service)
	var calls atomic.Int64
	lossy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1)%3 != 0 {
			proxy.ServeHTTP(w, r)
			return
		}
		proxy.ServeHTTP(httptest.NewRecorder(), r) // carried out
		panic(http.ErrAbortHandler)
	}))
	defer lossy.Close()

	client, err := rpc.NewUpstream("counter", []string{lossy.Listener.Addr().String()}, nil, noop.Meter{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	remote := counters.Dial(client)
	defer remote.Close()

	const callers, each = 10, 20
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range each {
				if _, err := combine.All(remote.Add(t.Context(), []counters.Addition{{Key: counters.Key{Name: "a", Session: 1}, Delta: 1}})); err != nil {
					t.Errorf("Add: %v", err)
				}
			}
		})
	}
	group.Wait()
	counts, err := combine.All(remote.Get(t.Context(), []counters.Key{{Name: "a", Session: 1}}))
	if err != nil || counts[0] != callers*each {
		t.Errorf("%d likes counted %v, %v", callers*each, counts, err)
	}
}
