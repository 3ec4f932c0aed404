package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	oldSecret = "an-old-secret-of-ours"
	newSecret = "a-new-secret-of-ours"
)

// withSecret returns the credentials of a file of these lines.
func withSecret(t *testing.T, lines ...string) (path string, ours *credentials.Credentials) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "secret")
	writeSecret(t, path, lines...)
	ours, err := credentials.New(credentials.Config{Secret: config.Secret{File: path}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return path, ours
}

func writeSecret(t *testing.T, path string, lines ...string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// heard is what a caller is answered.
type heard struct {
	status int
	closes bool // the connection
	body   string
}

// guarded serves a method that counts its calls.
func guarded(ours *credentials.Credentials, log *slog.Logger) (ask func(t *testing.T, authorization, body string) heard, calls *int) {
	calls = new(int)
	app := rpc.NewApp(&lifecycle.Health{}, ours, telemetry.Discard().WithLog(log), rpc.Handle("notes.Echo",
		func(_ context.Context, n note) (note, error) { *calls++; return n, nil }))
	return func(t *testing.T, authorization, body string) heard {
		t.Helper()
		req := httptest.NewRequest(http.MethodPost, "/rpc/notes.Echo", strings.NewReader(body))
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		resp, err := app.Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		reply, err := io.ReadAll(resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			t.Fatal(err)
		}
		return heard{status: resp.StatusCode, closes: resp.Close, body: string(reply)}
	}, calls
}

func TestAServiceHearsWhoKnowsItsSecretOnly(t *testing.T) {
	var log bytes.Buffer
	_, ours := withSecret(t, oldSecret, newSecret)
	ask, calls := guarded(ours, slog.New(slog.NewTextHandler(&log, nil)))
	for name, test := range map[string]struct {
		authorization string
		heard         bool
	}{
		"the first line":        {"Bearer " + oldSecret, true},
		"the second line":       {"Bearer " + newSecret, true},
		"nothing":               {"", false},
		"another":               {"Bearer some-other-secret", false},
		"without the scheme":    {oldSecret, false},
		"half of it":            {"Bearer " + oldSecret[:12], false},
		"more than it":          {"Bearer " + oldSecret + "x", false},
		"both":                  {"Bearer " + oldSecret + " " + newSecret, false},
		"the scheme only":       {"Bearer ", false},
		"the scheme of another": {"Basic " + oldSecret, false},
	} {
		t.Run(name, func(t *testing.T) {
			*calls = 0
			got := ask(t, test.authorization, `{"text":"well"}`)
			if (got.status == http.StatusOK) != test.heard || *calls == 1 != test.heard {
				t.Errorf("status %d after %d calls", got.status, *calls)
			}
			if !test.heard && (got.status != http.StatusUnauthorized || !strings.Contains(got.body, `"denied"`) || !got.closes) {
				t.Errorf("refused with %+v", got)
			}
		})
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "a caller was refused") {
		t.Errorf("%d lines of the log: %s", lines, &log)
	}
	for _, shown := range []string{oldSecret, newSecret, "some-other-secret"} {
		if strings.Contains(log.String(), shown) {
			t.Errorf("the log shows a secret: %s", &log)
		}
	}
}

func TestAStrangerLearnsNothingOfWhatThereIs(t *testing.T) {
	_, ours := withSecret(t, oldSecret)
	app := rpc.NewApp(&lifecycle.Health{}, ours, telemetry.Discard(), wellMethod)
	for _, path := range []string{"/", "/rpc/", "/rpc/notes.Echo", "/rpc/no.Method"} {
		for _, verb := range []string{http.MethodGet, http.MethodPost} {
			resp, err := app.Test(httptest.NewRequest(verb, path, nil), -1)
			if err != nil {
				t.Fatal(err)
			}
			if resp.Body.Close(); resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s %s: status %d", verb, path, resp.StatusCode)
			}
		}
	}
}

func TestAStrangersBodyIsNotWaitedFor(t *testing.T) {
	_, ours := withSecret(t, oldSecret)
	address := serveOver(t, ours, quiet)
	conn := dialTCP(t, address)
	// The body never comes.
	if _, err := io.WriteString(conn, "POST /rpc/notes.Echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	reply, err := io.ReadAll(conn) // the server closes
	if err != nil || !strings.HasPrefix(string(reply), "HTTP/1.1 401 ") {
		t.Errorf("got %q, %v", reply, err)
	}
}

func TestASecretIsReplacedOnBothSidesWithoutARestart(t *testing.T) {
	for name, steps := range map[string][][2][]string{ // what the service's file and the caller's have, one after the other
		"the service first": {
			{{oldSecret}, {oldSecret}}, {{oldSecret, newSecret}, {oldSecret}},
			{{oldSecret, newSecret}, {newSecret}}, {{newSecret}, {newSecret}},
		},
		"both hold two lines": {
			{{oldSecret}, {oldSecret}}, {{oldSecret}, {oldSecret, newSecret}}, {{oldSecret, newSecret}, {oldSecret, newSecret}},
			{{oldSecret, newSecret}, {newSecret, oldSecret}}, {{newSecret, oldSecret}, {newSecret}}, {{newSecret}, {newSecret}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				there, service := withSecret(t, oldSecret)
				here, caller := withSecret(t, oldSecret)
				for i, step := range steps {
					writeSecret(t, there, step[0]...)
					writeSecret(t, here, step[1]...)
					<-time.After(time.Second)
					if !service.Accept([]byte(caller.Authorization())) {
						t.Errorf("step %d: the service does not accept what the caller sends", i)
					}
				}
				if service.Accept([]byte("Bearer " + oldSecret)) {
					t.Error("the old secret is good for ever")
				}
				writeSecret(t, there) // an empty one
				<-time.After(time.Second)
				if !service.Accept([]byte(caller.Authorization())) || service.Accept(nil) {
					t.Error("a file that is not good has not left the last one in place")
				}
			})
		})
	}
}

func TestACallerWithTheWrongSecretIsToldSoAndItsClientIsNotBlamed(t *testing.T) {
	_, theirs := withSecret(t, newSecret)
	address := serveOver(t, theirs, quiet)
	for name, ours := range map[string]*credentials.Credentials{"wrong": second(withSecret(t, oldSecret)), "missing": nil} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			client := upstreamWith(t, address, ours, slog.New(slog.NewTextHandler(&log, nil)))
			_, err := callWithin(t, client, 600*time.Millisecond)
			if apierr.CodeOf(err) != apierr.Unavailable || !strings.Contains(err.Error(), "rpc_secret") {
				t.Errorf("error is %v", err)
			}
			if strings.Count(log.String(), "level=ERROR") != 1 || !strings.Contains(log.String(), "rpc_secret") || !strings.Contains(log.String(), "upstream=notes") {
				t.Errorf("the log: %s", &log)
			}
			if strings.Contains(log.String(), oldSecret) || strings.Contains(err.Error(), oldSecret) {
				t.Errorf("the secret is shown: %v, %s", err, &log)
			}
		})
	}
	client := upstreamWith(t, address, theirs, quiet)
	if _, err := callWithin(t, client, time.Second); err != nil {
		t.Errorf("the right secret: %v", err)
	}
}
