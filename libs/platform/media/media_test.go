package media_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/platform/media"
	"xiaozhibo.dev/libs/platform/platformtest"
	"xiaozhibo.dev/libs/telemetry"
)

func connect(t *testing.T, handler http.HandlerFunc) platform.Platform {
	t.Helper()
	caller, err := platform.NewCaller(platformtest.Transport{Handler: handler}, 100, telemetry.Discard().Meter)
	if err != nil {
		t.Fatal(err)
	}
	return media.New(media.Config{URL: "http://media:8088/", Secret: func() (string, error) { return "hush", nil }}, caller)
}

func TestItsListIsAllThereIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := connect(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/streams" || r.Header.Get("Authorization") != "Bearer hush" {
				t.Errorf("asked %s %s", r.Method, r.URL)
			}
			_, _ = w.Write([]byte(`{"streams":[{"stream_id":"8888_tom","since":1480000000},{"stream_id":"8888_ann","since":1480000001}]}`))
		})
		list, err := p.Online(t.Context())
		if err != nil || !list.Whole || len(list.Streams) != 2 || list.Streams[0] != (platform.Stream{ID: "8888_tom", Since: 1480000000}) {
			t.Errorf("listed %v, %v", list, err)
		}
	})
}

func TestAStreamIsAskedFor(t *testing.T) {
	for answer, want := range map[string]platform.State{"active": platform.Online, "inactive": platform.Offline, "forbid": platform.Forbidden} {
		synctest.Test(t, func(t *testing.T) {
			p := connect(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != "/streams/8888_tom" {
					t.Errorf("asked %s %s", r.Method, r.URL)
				}
				_, _ = w.Write([]byte(`{"stream_id":"8888_tom","state":"` + answer + `"}`))
			})
			if state, err := p.State(t.Context(), "8888_tom"); state != want || err != nil {
				t.Errorf("%s is %s, %v", answer, state, err)
			}
		})
	}
}

func TestAnAnswerThatIsNotItsOwnIsAnError(t *testing.T) {
	for _, body := range []string{``, `{}`, `[]`, `{"streams":null,"state":"else"}`, `<html>`} {
		synctest.Test(t, func(t *testing.T) {
			p := connect(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
			if state, err := p.State(t.Context(), "8888_tom"); state != platform.Unknown || platform.OutcomeOf(err) != platform.Unreadable {
				t.Errorf("%q: %s, %v", body, state, err)
			}
			if _, err := p.Online(t.Context()); platform.OutcomeOf(err) != platform.Unreadable {
				t.Errorf("%q: %v", body, err)
			}
		})
	}
}

func TestAStreamIsDroppedForbiddenAndAllowed(t *testing.T) {
	calls := map[string]func(context.Context, platform.Platform) error{
		"DELETE /streams/8888_tom ": func(ctx context.Context, p platform.Platform) error { return p.Drop(ctx, "8888_tom") },
		`PUT /forbidden/8888_tom {"reason":"spam","until":946688400}`: func(ctx context.Context, p platform.Platform) error {
			return p.Forbid(ctx, "8888_tom", 946688400, "spam") // an hour after the test's clock
		},
		`PUT /forbidden/8888_tom {"reason":"for years","until":954460740}`: func(ctx context.Context, p platform.Platform) error {
			return p.Forbid(ctx, "8888_tom", 1480010800, "for years") // 90 days are the most
		},
		"DELETE /forbidden/8888_tom ": func(ctx context.Context, p platform.Platform) error { return p.Resume(ctx, "8888_tom") },
	}
	for status, want := range map[int]platform.Outcome{
		http.StatusOK: platform.Answered, http.StatusUnauthorized: platform.Refused,
		http.StatusInternalServerError: platform.Failed, http.StatusTooManyRequests: platform.Limited,
	} {
		for asked, call := range calls {
			synctest.Test(t, func(t *testing.T) {
				p := connect(t, func(w http.ResponseWriter, r *http.Request) {
					body, err := io.ReadAll(r.Body)
					if got := r.Method + " " + r.URL.EscapedPath() + " " + string(body); got != asked || err != nil {
						t.Errorf("asked %s, %v; want %s", got, err, asked)
					}
					w.WriteHeader(status)
				})
				if err := call(t.Context(), p); platform.OutcomeOf(err) != want {
					t.Errorf("%s, %d: %v, want %s", asked, status, err, want)
				}
			})
		}
	}
}
