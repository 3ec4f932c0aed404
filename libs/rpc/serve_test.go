package rpc_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/listen/pipe"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/libs/telemetry"
)

var wellMethod = rpc.Handle("notes.Echo", func(context.Context, note) (note, error) { return note{Text: "well"}, nil })

// overNetwork is an upstream on the loopback interface.
func overNetwork(t *testing.T, host string) *rpc.Client {
	t.Helper()
	_, port, err := net.SplitHostPort(rpctest.Listen(t, wellMethod))
	if err != nil {
		t.Fatal(err)
	}
	return dial(t, net.JoinHostPort(host, port))
}

func dial(t *testing.T, address string) *rpc.Client {
	t.Helper()
	client, err := rpc.NewUpstream("notes", []string{address}, nil, noop.Meter{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// serveOn makes our own server a copy on the site, in whose bubble it runs.
func serveOn(t *testing.T, site *site, address string, app *fiber.App) {
	t.Helper()
	listener := pipe.New()
	site.copies[address] = &replica{Listener: listener}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	synctest.Wait()
	t.Cleanup(func() {
		if err := app.Shutdown(); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		<-time.After(10 * time.Second) // fasthttp's worker pool looks up then
	})
}

func TestOldConnectionsAreRenewedAndNoCallFails(t *testing.T) {
	wantCalls(t, overNetwork(t, "127.0.0.1"), 1) // fasthttp starts its clock once, which must be outside
	synctest.Test(t, func(t *testing.T) {
		site := newSite()
		for _, address := range []string{one, two} {
			serveOn(t, site, address, rpc.NewApp(&lifecycle.Health{}, nil, telemetry.Discard(), wellMethod))
		}
		client := site.client(t, one, two)
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() {
				for range 240 {
					<-time.After(500 * time.Millisecond)
					if _, err := call(t, client); err != nil {
						t.Error(err)
					}
				}
			})
		}
		callers.Wait() // after two minutes
		client.Close()
		turns := site.turns()
		if dials := turns[one] + turns[two]; turns[one] < 4 || turns[two] < 4 || dials < 4*4 || dials > 4*6 {
			t.Errorf("in two minutes 4 callers dialed %v", turns)
		}
	})
}

func TestADrainingServerClosesItsConnections(t *testing.T) {
	var logged logs
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	process := lifecycle.New(lifecycle.Options{}, log)
	begun, goOn := make(chan struct{}, 2), make(chan struct{})
	held := rpc.Handle("notes.Echo", func(context.Context, note) (note, error) {
		begun <- struct{}{}
		<-goOn
		return note{Text: "well"}, nil
	})
	rpc.Add(process, "127.0.0.1:0", nil, telemetry.Discard().WithLog(log), held)
	// Added after the server, so it stops before: until then the server serves on.
	release := make(chan struct{})
	process.Add(lifecycle.Part{Name: "test", Stop: func(context.Context) error { <-release; return nil }})
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- process.Run(ctx) }()
	address := logged.wait(t, "listening")["address"].(string)
	logged.wait(t, "ready")

	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	closes := make(chan bool, 2)
	send := func() {
		resp, err := transport.RoundTrip(newCall(t, address))
		if err != nil {
			t.Error(err)
			closes <- false
			return
		}
		defer resp.Body.Close()
		io.Copy(io.Discard, resp.Body)
		closes <- resp.Close
	}
	go send()
	<-begun
	goOn <- struct{}{}
	if <-closes {
		t.Error("closed before the process drains")
	}
	go send()
	<-begun
	end()
	logged.wait(t, "draining")
	goOn <- struct{}{}
	if !<-closes {
		t.Error("kept open though the process drains")
	}
	go send()
	<-begun
	close(release) // it stops, with a call under way
	goOn <- struct{}{}
	if !<-closes {
		t.Error("kept open though the server stops")
	}
	if err := <-done; err != nil {
		t.Errorf("the process ended with %v", err)
	}
	if entry := logged.wait(t, "listening"); entry["listener"] != "rpc" {
		t.Errorf("logged %v", entry)
	}
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("it still listens")
	}
}

func TestAnAddressThatIsTakenEndsTheProcess(t *testing.T) {
	process := lifecycle.New(lifecycle.Options{}, quiet)
	rpc.Add(process, rpctest.Listen(t), nil, telemetry.Discard(), wellMethod)
	if err := process.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "listen_rpc: ") {
		t.Errorf("error %v", err)
	}
}

func TestACallNobodyWaitsForIsNotCarriedOut(t *testing.T) {
	app := fiber.New()
	app.Use(func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(t.Context(), -1)
		defer cancel()
		c.SetUserContext(ctx)
		return c.Next()
	})
	rpc.Mount(app, telemetry.Discard(), rpc.Handle("notes.Echo", func(context.Context, note) (note, error) {
		t.Error("it was carried out")
		return note{}, nil
	}))
	resp, err := app.Test(newCall(t, "notes"), -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got apierr.Error
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Code != apierr.Unavailable {
		t.Errorf("answered %+v, %v", got, err)
	}
}

func newCall(t *testing.T, host string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+host+"/rpc/notes.Echo", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// logs keeps the entries of a JSON log.
type logs struct {
	mu      sync.Mutex
	entries []map[string]any
}

func (l *logs) Write(line []byte) (int, error) {
	var entry map[string]any
	if err := json.Unmarshal(line, &entry); err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	return len(line), nil
}

// count counts the entries with a value.
func (l *logs) count(key, value string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, entry := range l.entries {
		if entry[key] == value {
			n++
		}
	}
	return n
}

// wait polls for an entry with the message.
func (l *logs) wait(t *testing.T, message string) map[string]any {
	t.Helper()
	for began := time.Now(); time.Since(began) < time.Minute; <-time.After(time.Millisecond) {
		l.mu.Lock()
		for _, entry := range l.entries {
			if entry["msg"] == message {
				l.mu.Unlock()
				return entry
			}
		}
		l.mu.Unlock()
	}
	t.Fatalf("%q was not logged", message)
	return nil
}
