package admin_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/admin"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/ops"
	"xiaozhibo.dev/libs/rpc/credentials"
)

const secret = "sixteen-and-more"

func TestOnlyThoseWhoKnowTheSecretAreHeard(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	known, err := credentials.NewSecret("admin_secret", config.Secret{Value: secret + "\nanother-good-secret"}, log)
	if err != nil {
		t.Fatal(err)
	}
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("42")) })
	server, err := admin.Listen(t.Context(), "127.0.0.1:0", known, log, admin.Routes{
		Guarded: []ops.Route{{Pattern: "GET /answer", Handler: answer}},
		Open:    []ops.Route{{Pattern: "GET /{$}", Handler: answer}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var line struct{ Address string }
	if err := json.Unmarshal(logged.Bytes()[bytes.IndexByte(logged.Bytes(), '\n')+1:], &line); err != nil {
		t.Fatalf("%v: %s", err, logged.String())
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve() }()
	for authorization, want := range map[string]int{
		"": 401, "Bearer": 401, secret: 401, "Bearer wrong-and-sixteen": 401, "bearer " + secret: 401,
		"Bearer " + secret: 200, "Bearer another-good-secret": 200,
	} {
		request, _ := http.NewRequest(http.MethodGet, "http://"+line.Address+"/answer", http.NoBody)
		request.Header["Authorization"] = []string{authorization}
		request.Close = true
		reply, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		reply.Body.Close()
		if reply.StatusCode != want {
			t.Errorf("%q is answered %d, want %d", authorization, reply.StatusCode, want)
		}
	}
	for path, want := range map[string]int{"/": 200, "/answer/": 401, "/nothing": 401, "/../answer": 401, "//answer": 401} {
		reply, err := http.DefaultTransport.RoundTrip(&http.Request{
			Method: http.MethodGet, Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: line.Address, Path: path}, Close: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		reply.Body.Close()
		if reply.StatusCode != want && reply.StatusCode != http.StatusTemporaryRedirect && reply.StatusCode != http.StatusMovedPermanently {
			t.Errorf("%q without the secret is answered %d, want %d", path, reply.StatusCode, want)
		}
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if strings.Contains(logged.String(), secret) || !strings.Contains(logged.String(), "a caller was refused") {
		t.Errorf("logged: %s", logged.String())
	}
}
