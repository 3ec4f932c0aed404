package program_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

// greeting configures a part.
type greeting struct{ text string }

func (g *greeting) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar(&g.text, "greeting", "hello", "what to say")
}

func (g *greeting) Check() error {
	if g.text == "" {
		return config.Errorf("greeting: must be set")
	}
	return nil
}

// newProgram is a program whose parts are added by add.
func newProgram(add func(*program.Runtime) error) program.Program {
	return program.Program{Name: "greeter", Config: &greeting{}, Add: add}
}

func never(*program.Runtime) error { panic("nothing is to be run") }

func TestAProgramTellsItsVersionAndItsKeys(t *testing.T) {
	var out strings.Builder
	want := "greeter dev (commit unknown, " + runtime.Version() + ")\n"
	if err := newProgram(never).Run(t.Context(), []string{"-version"}, &out, io.Discard); err != nil || out.String() != want {
		t.Errorf("-version: %q, %v, want %q", out.String(), err, want)
	}
	out.Reset()
	err := newProgram(never).Run(t.Context(), []string{"-help"}, &out, io.Discard)
	if !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-help: %v, want flag.ErrHelp", err)
	}
	for _, key := range []string{"XZB_GREETING", "XZB_LISTEN_OPS", "XZB_LOG_LEVEL", "XZB_SHUTDOWN_DELAY"} {
		if !strings.Contains(out.String(), key) {
			t.Errorf("-help does not tell %s:\n%s", key, out.String())
		}
	}
}

func TestVerifyNamesEveryBadKeyAndRunsNothing(t *testing.T) {
	if err := newProgram(never).Run(t.Context(), []string{"-config.verify"}, io.Discard, io.Discard); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	args := []string{"-config.verify", "-greeting=", "-shutdown-delay=-1s"}
	err := newProgram(never).Run(t.Context(), args, io.Discard, io.Discard)
	for _, key := range []string{"greeting", "shutdown_delay"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("a bad configuration: %v, want an error that names %s", err, key)
		}
	}
}

// Programs may share an environment.
func TestVariablesOfOtherProgramsAreOneWarning(t *testing.T) {
	t.Setenv("XZB_PUSH_KEY", "hunter2")
	t.Setenv("XZB_LIVE_TTL", "1h")
	ctx, end := context.WithCancel(t.Context())
	ends := func(runtime *program.Runtime) error {
		runtime.Add(lifecycle.Part{Name: "last", Start: func(context.Context) error { end(); return nil }})
		return nil
	}
	var logged strings.Builder
	if err := newProgram(ends).Run(ctx, []string{"-listen-ops=off"}, io.Discard, &logged); err != nil {
		t.Fatal(err)
	}
	warnings := strings.Count(logged.String(), `"level":"WARN"`)
	if warnings != 1 || !strings.Contains(logged.String(), `["XZB_LIVE_TTL","XZB_PUSH_KEY"]`) || strings.Contains(logged.String(), "hunter2") {
		t.Errorf("want one warning that names both and no value:\n%s", logged.String())
	}
	var out strings.Builder
	if err := newProgram(never).Run(t.Context(), []string{"-config.verify"}, io.Discard, &out); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("-config.verify: %q, %v; want one warning", out.String(), err)
	}
}

type store struct{ closed bool }

func (s *store) Close() error { s.closed = true; return nil }

func TestAStoreIsClosedWhenWhatComesAfterItCannotBeAdded(t *testing.T) {
	var opened store
	broken := errors.New("broken")
	program := newProgram(func(runtime *program.Runtime) error {
		runtime.AddStore("store", &opened)
		return broken
	})
	if err := program.Run(t.Context(), []string{"-listen-ops=off"}, io.Discard, io.Discard); !errors.Is(err, broken) || !opened.closed {
		t.Errorf("ended with %v, closed: %v", err, opened.closed)
	}
}

func TestAServiceIsServedUntilTheEndOfItsProgram(t *testing.T) {
	type greeter struct{ greeting string }
	own := &greeting{}
	add := func(*program.Runtime) (*greeter, error) { return &greeter{own.text}, nil }
	methods := func(g *greeter) []rpc.Method {
		return []rpc.Method{rpc.Handle("greeter.Greet", func(_ context.Context, name string) (string, error) {
			return g.greeting + ", " + name, nil
		})}
	}
	ctx, end := context.WithCancel(t.Context())
	logs, ended := listening(ctx, program.Service("greeter", own, add, methods),
		"-listen-rpc", "127.0.0.1:0", "-listen-ops", "127.0.0.1:0", "-greeting", "good morning")
	addresses := logs.addresses(t)

	client := rpc.NewClient("http://"+addresses["rpc"], &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
	if got, err := rpc.Call[string](t.Context(), client, "greeter.Greet", "tom"); err != nil || got != "good morning, tom" {
		t.Errorf("Greet = %q, %v", got, err)
	}
	end()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
	if _, err := rpc.Call[string](t.Context(), client, "greeter.Greet", "tom"); err == nil {
		t.Error("the service answers after its end")
	}
}

func TestAServiceNeedsAListener(t *testing.T) {
	service := program.Service("greeter", &greeting{},
		func(*program.Runtime) (any, error) { panic("nothing is to be run") },
		func(any) []rpc.Method { return nil })
	err := service.Run(t.Context(), []string{"-listen-rpc=off"}, io.Discard, io.Discard)
	if wrong := (*config.Error)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "listen_rpc") {
		t.Errorf("without a listener: %v", err)
	}
}
