package rpc_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/rpc"
)

const (
	one, two, three = "10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"
	deadline        = 5 * time.Second
)

// call makes one call, under a deadline, and returns how long it took.
func call(t *testing.T, client *rpc.Client) (took time.Duration, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	began := time.Now()
	got, err := rpc.Call[note](ctx, client, "notes.Echo", note{})
	if (err == nil) != (got.Text == "well") {
		t.Errorf("got %+v, %v", got, err)
	}
	return time.Since(began), err
}

func wantCalls(t *testing.T, client *rpc.Client, calls int) {
	t.Helper()
	for range calls {
		if _, err := call(t, client); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACopyThatDiesBetweenCallsIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		copies := []*replica{site.run(t, one, well), site.run(t, two, well), site.run(t, three, well)}
		client := site.client(t, one, two, three)
		for _, dies := range copies[:2] {
			wantCalls(t, client, 3)
			dies.kill()
			synctest.Wait()
		}
		wantCalls(t, client, 3)
	})
}

func TestACopyThatDiesDuringACallIsReplaced(t *testing.T) {
	bad := map[string]http.HandlerFunc{
		"it ends before the reply": cutOff,
		"it ends within the reply": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"text":`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"it is shutting down":   refusal(http.StatusServiceUnavailable, "unavailable"),
		"a proxy answers":       answers(http.StatusBadGateway, "<html>bad gateway</html>"),
		"half a reply":          answers(http.StatusOK, `{"text":"we`),
		"a reply of other type": answers(http.StatusOK, `{"text":"half","words":7}`),
	}
	for name, answer := range bad {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				site := newSite()
				failing := site.run(t, one, answer)
				site.run(t, two, well)
				client := site.client(t, one, two)
				for range 2 { // one of them begins with the failing copy
					wantCalls(t, client, 1)
					client.Close()
				}
				if calls := failing.calls(); calls != 1 {
					t.Errorf("the failing copy was asked %d times", calls)
				}
			})
		})
	}
}

func TestAFrozenCopyCostsOneAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		frozen := site.run(t, one, never)
		site.run(t, two, well)
		site.run(t, three, well)
		client := site.client(t, one, two, three)
		for range 6 { // two or three of them begin with the frozen copy
			before := frozen.calls()
			took, err := call(t, client)
			if asked := frozen.calls() - before; err != nil || took > deadline/3+time.Second/10 || asked > 1 {
				t.Errorf("after %v, the frozen copy asked %d times: %v", took, asked, err)
			}
			client.Close()
			<-time.After(3 * time.Second) // nobody is avoided any more
		}
		if frozen.calls() == 0 {
			t.Error("the frozen copy was not asked")
		}
	})
}

func TestIdleConnectionsToAFrozenCopyCostNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		gate := make(chan struct{})
		frozen := site.run(t, one, func(w http.ResponseWriter, req *http.Request) {
			select {
			case <-gate:
				well(w, req)
			case <-req.Context().Done():
			}
		})
		client := site.client(t, one, two)
		var callers sync.WaitGroup
		for range 5 {
			callers.Go(func() { call(t, client) })
		}
		synctest.Wait()
		for range 5 {
			gate <- struct{}{}
		}
		callers.Wait() // it has five connections and answers no more
		site.run(t, two, well)
		took, err := call(t, client)
		if calls := frozen.calls(); err != nil || took > deadline/3+time.Second/10 || calls != 5+1 {
			t.Errorf("after %v and %d calls: %v", took, calls, err)
		}
	})
}

func TestAnAttemptTellsTheServerItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		only := site.run(t, one, never)
		if took, err := call(t, site.client(t, one)); err == nil || took > deadline {
			t.Errorf("after %v: %v", took, err)
		}
		if told := only.timeouts(); len(told) < 3 || told[0] < "1490" || told[0] > "1500" || told[1] < "1900" || len(told[2]) != 3 {
			t.Errorf("the server was told %q", told)
		}
	})
}

func TestASlowServiceStillAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		site.run(t, one, func(w http.ResponseWriter, req *http.Request) {
			<-time.After(2 * time.Second)
			well(w, req)
		})
		client := site.client(t, one)
		wantCalls(t, client, 5) // nor does the breaker open
	})
}

func TestACallThatACopyDoesNotKnowIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		only := site.run(t, one, answers(http.StatusNotFound, "Cannot POST /rpc/notes.Echo"))
		client := site.client(t, one)
		for calls := 1; calls <= 4; calls++ {
			if _, err := call(t, client); apierr.CodeOf(err) != apierr.Unavailable || only.calls() != calls {
				t.Fatalf("error %v after %d attempts in %d calls", err, only.calls(), calls)
			}
		}
	})
}

func TestWhatTheServiceAnswersIsFinal(t *testing.T) {
	tests := map[apierr.Code]http.HandlerFunc{
		apierr.Invalid:       refusal(http.StatusBadRequest, "invalid"),
		apierr.NotFound:      refusal(http.StatusNotFound, "not_found"),
		apierr.Denied:        refusal(http.StatusForbidden, "denied"),
		apierr.Storage:       refusal(http.StatusInternalServerError, "storage"),
		apierr.NotConfigured: refusal(http.StatusNotImplemented, "not_configured"),
		apierr.Internal:      refusal(http.StatusInternalServerError, "internal"),
		apierr.Unavailable:   answers(http.StatusOK, strings.Repeat(" ", rpc.MaxBody+1)), // too long
	}
	for code, answer := range tests {
		t.Run(string(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				site := newSite()
				only := site.run(t, one, answer)
				client := site.client(t, one)
				for calls := 1; calls <= 4; calls++ { // nor does the breaker open
					if _, err := call(t, client); apierr.CodeOf(err) != code || only.calls() != calls {
						t.Fatalf("error %v after %d attempts in %d calls", err, only.calls(), calls)
					}
				}
			})
		})
	}
}

func TestACallerWhoLeavesIsNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		only := site.run(t, one, never)
		client := site.client(t, one)
		for calls := 1; calls <= 10; calls++ { // nor does the breaker open
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, err := rpc.Call[note](ctx, client, "notes.Echo", note{})
			if !errors.Is(err, context.Canceled) || apierr.CodeOf(err) != apierr.Unavailable || only.calls() != calls {
				t.Fatalf("error %v after %d attempts in %d calls", err, only.calls(), calls)
			}
		}
	})
}

func TestRetriesEndBeforeTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newSite().client(t, one) // nobody is there
		for _, timeout := range []time.Duration{time.Millisecond, 100 * time.Millisecond, deadline} {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			began := time.Now()
			_, err := rpc.Call[note](ctx, client, "notes.Echo", note{})
			cancel()
			if took := time.Since(began); apierr.CodeOf(err) != apierr.Unavailable || took >= timeout || took > 2*time.Second {
				t.Errorf("of %v it took %v: %v", timeout, took, err)
			}
		}
	})
}

func TestTheErrorTellsAnOperatorWhoDidNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		site.run(t, one, cutOff)
		_, err := call(t, site.client(t, one))
		for _, want := range []string{"notes.Echo: no answer", "upstream notes", "attempts 8", one, "EOF"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say %q", err, want)
			}
		}
		if public := apierr.Public(err).Message; public != "notes.Echo: no answer" {
			t.Errorf("a stranger learns %q", public)
		}
		_, err = call(t, site.client(t, two, "nowhere:80"))
		for _, want := range []string{"dial " + two, "lookup nowhere: no such host"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say %q", err, want)
			}
		}
	})
}

func TestAnUpstreamNeedsANameAndAddresses(t *testing.T) {
	tests := map[string]struct {
		name      string
		addresses []string
	}{
		"no name":        {"", []string{one}},
		"a path":         {"a/b", []string{one}},
		"a space":        {"a b", []string{one}},
		"no addresses":   {"notes", nil},
		"an empty one":   {"notes", []string{""}},
		"no port":        {"notes", []string{one, "notes"}},
		"no host":        {"notes", []string{":80"}},
		"a port missing": {"notes", []string{"notes:"}},
		"a URL":          {"notes", []string{"http://notes:80"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := rpc.NewUpstream(test.name, test.addresses, nil, noop.Meter{}, quiet); err == nil {
				t.Error("it was taken")
			}
		})
	}
}
