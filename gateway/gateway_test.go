package gateway_test

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/admin"
	secret "xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

func TestMain(m *testing.M) {
	// fasthttp keeps two kinds of goroutine after shutdown; they are not ours.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

func TestADrainingGatewayAnswersAndSendsClientsElsewhere(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	told, draining, seen := make(teller, 100), make(chan struct{}), make(chan struct{})
	process := newProcess(t, lifecycle.Options{}, slog.New(told))
	process.Add(lifecycle.Part{Name: "last", Stop: func(context.Context) error {
		close(draining) // the gateway is stopped after this
		<-seen
		return nil
	}})
	ended := make(chan error, 1)
	go func() { ended <- process.Run(ctx) }()
	base := "http://" + told.wait("listening", "address")
	told.wait("ready", "")

	client := &http.Transport{}
	defer client.CloseIdleConnections()
	if closes := post(t, client, base); closes {
		t.Error("a connection is closed before the end")
	}
	end()
	<-draining
	if closes := post(t, client, base); !closes {
		t.Error("a connection stays open to a process that ends")
	}
	close(seen)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Whoever ends while it starts must not wait for a listener that is not yet
// served.
func TestAGatewayThatEndsAsItStartsEndsAtOnce(t *testing.T) {
	for range 50 {
		ctx, end := context.WithCancel(t.Context())
		process := newProcess(t, lifecycle.Options{DrainTimeout: time.Minute}, slog.New(slog.DiscardHandler))
		process.Add(lifecycle.Part{Name: "last", Start: func(context.Context) error { end(); return nil }})
		if err := process.Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAGatewayAsksForProofUntilItEnds(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	told := make(teller, 100)
	config := gateway.Config{
		Config: edge.Config{ListenHTTP: "127.0.0.1:0", ActionTimeout: time.Minute, IdleTimeout: time.Minute},
		Auth:   auth.Config{Mode: auth.Require, JWT: auth.JWTConfig{Key: secret.Secret{Value: authtest.Secret}}},
	}
	process := newProcessOf(t, config, lifecycle.Options{}, slog.New(told))
	ended := make(chan error, 1)
	go func() { ended <- process.Run(ctx) }()
	base := "http://" + told.wait("listening", "address")
	told.wait("ready", "")
	client := &http.Transport{}
	defer client.CloseIdleConnections()
	for proof, want := range map[string]string{"": `{"returnValue":4004,`, authtest.HS256(t, authtest.Claims("tom", time.Now())): `{"returnValue":0,`} {
		if body := answer(t, client, base, `{"Action":"GetCOSSign","token":"`+proof+`"}`); !strings.HasPrefix(body, want) {
			t.Errorf("answered %s, want %s", body, want)
		}
	}
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAHeaderThatNamesTheUserNeedsTrustedProxies(t *testing.T) {
	var config gateway.Config
	config.RegisterFlags(flag.NewFlagSet("", flag.ContinueOnError))
	config.Auth.Mode, config.Auth.Header = auth.Observe, "X-User-Id"
	if err := config.Check(); err == nil || !strings.Contains(err.Error(), "trusted_proxies") {
		t.Errorf("without any: %v", err)
	}
	config.TrustedProxies = []string{"10.0.0.0/8"}
	if err := config.Check(); err != nil {
		t.Errorf("with some: %v", err)
	}
}

func answer(t *testing.T, client *http.Transport, base, request string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base, strings.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func newProcess(t *testing.T, options lifecycle.Options, log *slog.Logger) *lifecycle.Process {
	t.Helper()
	return newProcessOf(t, gateway.Config{Config: edge.Config{ListenHTTP: "127.0.0.1:0", ActionTimeout: time.Minute, IdleTimeout: time.Minute}}, options, log)
}

func newProcessOf(t *testing.T, config gateway.Config, options lifecycle.Options, log *slog.Logger) *lifecycle.Process {
	t.Helper()
	process := lifecycle.New(options, log)
	if err := gateway.Add(process, nobody{}, config, gatewaytest.World().Services(), telemetry.Discard().WithLog(log)); err != nil {
		t.Fatal(err)
	}
	return process
}

func post(t *testing.T, client *http.Transport, base string) (closes bool) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base, strings.NewReader(`{"Action":"GetCOSSign"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(string(body), `{"returnValue":0,`) {
		t.Errorf("answered %s, %v", body, err)
	}
	return resp.Close
}

// teller tells what is logged.
type teller chan slog.Record

// wait returns an attribute of the next record with this message.
func (t teller) wait(message, key string) (value string) {
	record := <-t
	for record.Message != message {
		record = <-t
	}
	record.Attrs(func(a slog.Attr) bool {
		if a.Key == key {
			value = a.Value.String()
		}
		return true
	})
	return value
}

func (t teller) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (t teller) WithAttrs([]slog.Attr) slog.Handler               { return t }
func (t teller) WithGroup(string) slog.Handler                    { return t }
func (t teller) Handle(_ context.Context, record slog.Record) error {
	t <- record
	return nil
}

// nobody is a process without operators.
type nobody struct{}

func (nobody) AddAdmin(string, http.Handler)     {}
func (nobody) AddAdminPage(string, http.Handler) {}
func (nobody) AcceptAdmin(admin.Tokens)          {}
