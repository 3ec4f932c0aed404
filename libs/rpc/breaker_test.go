package rpc_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

func TestTheBreakerOpensFailsFastAndCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		recorder := telemetrytest.New()
		var logged strings.Builder
		client, err := rpc.NewUpstreamOn(site.lookup, site.dial, []string{one},
			recorder.Scope().Meter, slog.New(slog.NewTextHandler(&logged, nil)))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		wantOpen := func(want int) {
			t.Helper()
			if got := recorder.Values(t)["xzb.upstream.breaker.open server.address=notes"]; got != want {
				t.Errorf("open is %d, want %d", got, want)
			}
		}

		wantOpen(0)
		for range 3 {
			if took, err := call(t, client); err == nil || took == 0 {
				t.Errorf("after %v: %v", took, err)
			}
		}
		for range 3 { // opened, and again at each trial in vain
			wantOpen(1)
			for range 3 {
				took, err := call(t, client)
				if took != 0 || apierr.CodeOf(err) != apierr.Unavailable || !strings.Contains(apierr.Public(err).Message, "upstream notes") {
					t.Errorf("after %v: %v", took, err)
				}
			}
			<-time.After(1100 * time.Millisecond)
			if took, err := call(t, client); err == nil || took == 0 {
				t.Errorf("the trial, after %v: %v", took, err)
			}
		}

		site.run(t, one, well)
		<-time.After(1100 * time.Millisecond)
		wantCalls(t, client, 3)
		wantOpen(0)
		if got := logged.String(); strings.Count(got, "level=WARN") != 1 || strings.Count(got, "level=INFO") != 1 ||
			strings.Count(got, "upstream=notes") != 2 {
			t.Errorf("logged %s", got)
		}
	})
}

func TestACallerWhoLeavesDuringTheTrialDecidesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		client := site.client(t, one)
		for range 3 {
			call(t, client)
		}
		var calls atomic.Int32
		site.run(t, one, func(w http.ResponseWriter, req *http.Request) {
			if calls.Add(1) == 1 {
				never(w, req)
			}
			well(w, req)
		})
		<-time.After(1100 * time.Millisecond)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		if _, err := rpc.Call[note](ctx, client, "notes.Echo", note{}); !errors.Is(err, context.Canceled) {
			t.Errorf("the trial: %v", err)
		}
		wantCalls(t, client, 3)
	})
}

func TestCallersInAHurryDoNotOpenTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		site.run(t, one, func(w http.ResponseWriter, req *http.Request) {
			<-time.After(100 * time.Millisecond)
			well(w, req)
		})
		client := site.client(t, one)
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			if _, err := rpc.Call[note](ctx, client, "notes.Echo", note{}); apierr.CodeOf(err) != apierr.Unavailable {
				t.Error(err)
			}
			cancel()
		}
		wantCalls(t, client, 1)
	})
}

func TestCallsAndRetriesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		answer := []http.HandlerFunc{well, cutOff, cutOff, well, refusal(http.StatusNotFound, "not_found")}
		site.run(t, one, func(w http.ResponseWriter, req *http.Request) {
			now := answer[0]
			answer = answer[1:]
			now(w, req)
		})
		recorder := telemetrytest.New()
		client, err := rpc.NewUpstreamOn(site.lookup, site.dial, []string{one}, recorder.Scope().Meter, quiet)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		wantCalls(t, client, 2)
		if _, err := call(t, client); apierr.CodeOf(err) != apierr.NotFound {
			t.Error(err)
		}
		want := map[string]int{
			"rpc.client.call.duration rpc.method=notes.Echo rpc.response.status_code=ok server.address=notes":        2,
			"rpc.client.call.duration rpc.method=notes.Echo rpc.response.status_code=not_found server.address=notes": 1,
			"xzb.upstream.retries rpc.method=notes.Echo server.address=notes":                                        2,
			"xzb.upstream.breaker.open server.address=notes":                                                         0,
		}
		if got := recorder.Values(t); !maps.Equal(got, want) {
			t.Errorf("measured %v, want %v", got, want)
		}
	})
}
