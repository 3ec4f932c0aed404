package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
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

func TestATokenIsAsGoodAsTheSecretAndNamesWhoShowsIt(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	known, err := credentials.NewSecret("admin_secret", config.Secret{Value: secret}, log)
	if err != nil {
		t.Fatal(err)
	}
	logs := &bytes.Buffer{}
	server, err := admin.Listen(t.Context(), "127.0.0.1:0", known, slog.New(slog.NewJSONHandler(logs, nil)), admin.Routes{
		Guarded: []ops.Route{{Pattern: "GET /who", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("it is " + admin.Caller(r.Context())))
		})}},
		Tokens: func(_ context.Context, token string) (string, error) {
			if token == "good" {
				return "alice", nil
			}
			return "", errors.New("it has expired")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var line struct{ Address string }
	if err := json.Unmarshal(logs.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve() }()
	for shown, want := range map[string]string{
		"Bearer good": "it is alice", "Bearer " + secret: "it is ", "Bearer old": "the secret is missing or wrong; taken as a token: it has expired\n",
		"good": "the secret is missing or wrong\n",
	} {
		request, _ := http.NewRequest(http.MethodGet, "http://"+line.Address+"/who", http.NoBody)
		request.Header.Set("Authorization", shown)
		request.Close = true
		reply, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(reply.Body)
		reply.Body.Close()
		if err != nil || string(said) != want {
			t.Errorf("%s is answered %q, %v", shown, said, err)
		}
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
