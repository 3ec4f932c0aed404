package ops_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/ops"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheListenerTellsLifeReadinessAndMetrics(t *testing.T) {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "xzb_up 1") })
	base := serve(t, metrics)

	wantAnswer(t, base+"/livez", http.StatusOK, "alive\n")
	wantAnswer(t, base+"/readyz", http.StatusServiceUnavailable, "starting\n")
	wantAnswer(t, base+"/metrics", http.StatusOK, "xzb_up 1")
	wantAnswer(t, base+"/ledger", http.StatusOK, "{}")
	wantAnswer(t, base+"/", http.StatusNotFound, "404 page not found\n")
}

func TestAnAddressInUseIsAnErrorThatNamesTheKey(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	_, err := ops.Listen(t.Context(), "256.0.0.1:1", &lifecycle.Health{}, http.NotFoundHandler(), log)
	if err == nil || !bytes.HasPrefix([]byte(err.Error()), []byte("listen_ops: ")) {
		t.Fatalf("Listen: %v, want an error that begins with listen_ops", err)
	}
}

func serve(t *testing.T, metrics http.Handler) (base string) {
	t.Helper()
	var logged bytes.Buffer
	server, err := ops.Listen(t.Context(), "127.0.0.1:0", &lifecycle.Health{}, metrics, slog.New(slog.NewJSONHandler(&logged, nil)),
		ops.Route{Pattern: "GET /ledger", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })})
	if err != nil {
		t.Fatalf("Listen: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve() }()
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		if err := errors.Join(server.Shutdown(t.Context()), <-done); err != nil && !errors.Is(err, t.Context().Err()) {
			t.Errorf("stop: %v", err)
		}
	})
	var line struct{ Address string }
	if err := json.Unmarshal(logged.Bytes(), &line); err != nil {
		t.Fatalf("log line %q: %v", &logged, err)
	}
	return "http://" + line.Address
}

func wantAnswer(t *testing.T, url string, status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	if resp.StatusCode != status || string(got) != body {
		t.Errorf("GET %s: %d %q, want %d %q", url, resp.StatusCode, got, status, body)
	}
}
