package lifecycle_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
)

// programVariable makes the test binary the program whose end is tested.
const programVariable = "LIFECYCLE_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if name := os.Getenv(programVariable); name != "" {
		lifecycle.Main(programs[name])
	}
	goleak.VerifyTestMain(m)
}

var programs = map[string]func(ctx context.Context, args []string, stdout, stderr io.Writer) error{
	"done":    func(context.Context, []string, io.Writer, io.Writer) error { return nil },
	"help":    func(context.Context, []string, io.Writer, io.Writer) error { return fmt.Errorf("x: %w", flag.ErrHelp) },
	"failed":  func(context.Context, []string, io.Writer, io.Writer) error { return errors.New("disk full") },
	"misused": func(context.Context, []string, io.Writer, io.Writer) error { return config.Errorf("limit: too low") },
	"args": func(_ context.Context, args []string, stdout, stderr io.Writer) error {
		_, err := fmt.Fprintln(stdout, args, runtime.GOMAXPROCS(0))
		_, noted := fmt.Fprintln(stderr, "noted")
		return errors.Join(err, noted)
	},
	"obedient": func(ctx context.Context, _ []string, stdout, _ io.Writer) error {
		_, err := fmt.Fprintln(stdout, "up")
		<-ctx.Done()
		return err
	},
	"stubborn": func(ctx context.Context, _ []string, stdout, _ io.Writer) error {
		_, err := fmt.Fprintln(stdout, "up")
		<-ctx.Done()
		_, asked := fmt.Fprintln(stdout, "asked")
		<-time.After(time.Hour)
		return errors.Join(err, asked)
	},
}

func program(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	// A program built with the race detector would sleep a second before it exits.
	cmd.Env = append(os.Environ(), programVariable+"="+name, "GORACE=atexit_sleep_ms=0")
	return cmd
}

func TestTheExitCodeTellsHowItEnded(t *testing.T) {
	tests := map[string]struct {
		code int
		says string
	}{
		"done":    {0, ""},
		"help":    {0, ""},
		"failed":  {1, "disk full"},
		"misused": {2, "limit: too low"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			cmd := program(t, name)
			cmd.Stderr = &stderr
			_ = cmd.Run() // the code says it all
			if code := cmd.ProcessState.ExitCode(); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if said := stderr.String(); !strings.Contains(said, test.says) || (test.says == "") != (said == "") {
				t.Errorf("standard error is %q", said)
			}
		})
	}
}

func TestAProgramGetsItsArgumentsAndTwoProcessors(t *testing.T) {
	for procs, want := range map[string]string{"1": "[-a b] 2\n", "3": "[-a b] 3\n"} {
		var stderr bytes.Buffer
		cmd := program(t, "args", "-a", "b")
		cmd.Env = append(cmd.Env, "GOMAXPROCS="+procs)
		cmd.Stderr = &stderr
		printed, err := cmd.Output()
		if err != nil || string(printed) != want || stderr.String() != "noted\n" {
			t.Errorf("GOMAXPROCS=%s: printed %q and %q, %v", procs, printed, stderr.String(), err)
		}
	}
}

func TestTheFirstSignalAsksTheProgramToEnd(t *testing.T) {
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		cmd := program(t, "obedient")
		lines := launch(t, cmd)
		expect(t, lines, "up")
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", sig, err)
		}
	}
}

func TestTheSecondSignalEndsTheProgramAtOnce(t *testing.T) {
	cmd := program(t, "stubborn")
	lines := launch(t, cmd)
	expect(t, lines, "up")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	expect(t, lines, "asked")
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended meanwhile
		case err := <-ended:
			if err == nil {
				t.Error("the program ended as if it had finished")
			}
			return
		}
	}
}

func launch(t *testing.T, cmd *exec.Cmd) *bufio.Scanner {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewScanner(stdout)
}

func expect(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	if !lines.Scan() || lines.Text() != want {
		t.Fatalf("printed %q, want %q", lines.Text(), want)
	}
}
