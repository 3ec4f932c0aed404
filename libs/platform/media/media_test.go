package media_test

import (
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
			_, _ = w.Write([]byte(`{"streams":[{"id":"8888_tom","since":1480000000},{"id":"8888_ann","since":1480000001}]}`))
		})
		list, err := p.Online(t.Context())
		if err != nil || !list.Whole || len(list.Streams) != 2 || list.Streams[0] != (platform.Stream{ID: "8888_tom", Since: 1480000000}) {
			t.Errorf("listed %v, %v", list, err)
		}
		for id, want := range map[string]platform.State{"8888_ann": platform.Online, "8888_bob": platform.Offline} {
			if state, err := p.State(t.Context(), id); state != want || err != nil {
				t.Errorf("%s is %s, %v", id, state, err)
			}
		}
	})
}

func TestAnAnswerWithoutAListIsAnError(t *testing.T) {
	for _, body := range []string{``, `{}`, `[]`, `{"streams":null}`, `<html>`} {
		synctest.Test(t, func(t *testing.T) {
			p := connect(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
			if state, err := p.State(t.Context(), "8888_tom"); state != platform.Unknown || platform.OutcomeOf(err) != platform.Unreadable {
				t.Errorf("%q: %s, %v", body, state, err)
			}
		})
	}
}

func TestAStreamIsDropped(t *testing.T) {
	for status, want := range map[int]platform.Outcome{
		http.StatusNoContent: platform.Answered, http.StatusNotFound: platform.Answered, http.StatusOK: platform.Answered,
		http.StatusUnauthorized: platform.Refused, http.StatusInternalServerError: platform.Failed, http.StatusTooManyRequests: platform.Limited,
	} {
		synctest.Test(t, func(t *testing.T) {
			p := connect(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodDelete || r.URL.EscapedPath() != "/streams/8888_tom" {
					t.Errorf("asked %s %s", r.Method, r.URL)
				}
				w.WriteHeader(status)
			})
			if err := p.Drop(t.Context(), "8888_tom"); platform.OutcomeOf(err) != want {
				t.Errorf("%d: %v, want %s", status, err, want)
			}
		})
	}
	p := connect(t, nil)
	for _, err := range []error{p.Forbid(t.Context(), "8888_tom", 1, ""), p.Resume(t.Context(), "8888_tom")} {
		if platform.OutcomeOf(err) != platform.Unsupported {
			t.Error(err)
		}
	}
}
