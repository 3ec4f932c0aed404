package lifecycle_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/lifecycle"
)

func probe(t *testing.T, health *lifecycle.Health, path string) (status int, body string) {
	t.Helper()
	mux := http.NewServeMux()
	health.Mount(mux)
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	text, err := io.ReadAll(recorder.Body)
	if err != nil {
		t.Fatal(err)
	}
	return recorder.Code, strings.TrimSpace(string(text))
}

func TestProbesAreAnsweredAtEveryStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		process := newProcess(lifecycle.Options{})
		health := process.Health()
		expect := func(ready int, says string) {
			t.Helper()
			if status, body := probe(t, health, "/livez"); status != http.StatusOK {
				t.Errorf("/livez is %d %s", status, body)
			}
			if status, body := probe(t, health, "/readyz"); status != ready || body != says {
				t.Errorf("/readyz is %d %q, want %d %q", status, body, ready, says)
			}
		}
		expect(http.StatusServiceUnavailable, "starting")
		ctx, cancel := context.WithCancel(t.Context())
		ended := begin(ctx, process)
		synctest.Wait()
		expect(http.StatusOK, "ready")

		var store error
		health.AddCheck("store", func(context.Context) error { return store })
		health.AddCheck("peer", func(ctx context.Context) error {
			if store != nil {
				<-ctx.Done()
			}
			return ctx.Err()
		})
		expect(http.StatusOK, "ready")
		store = errors.New("disk full")
		expect(http.StatusServiceUnavailable, "store: disk full\npeer: context deadline exceeded")
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		expect(http.StatusServiceUnavailable, "draining")
	})
}
