package setup_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// encoder is an ffmpeg that pushes for as long as a test needs it: how fast this machine is does not matter.
type encoder struct {
	command *exec.Cmd
	said    strings.Builder
	reached chan struct{}      // closed when what was sent has the least length
	ended   chan time.Duration // the length of all that was sent
}

// encode starts to push something whose length will be least or more.
func encode(t *testing.T, least time.Duration, args []string) *encoder {
	t.Helper()
	e := &encoder{
		command: exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-progress", "pipe:1", "-stats_period", "0.1"}, args...)...),
		reached: make(chan struct{}), ended: make(chan time.Duration, 1),
	}
	e.command.Stderr = &e.said
	told, err := e.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { e.ended <- e.follow(told, least) }()
	return e
}

// follow reads how far ffmpeg is until it ends.
func (e *encoder) follow(told io.Reader, least time.Duration) (sent time.Duration) {
	before := true
	for lines := bufio.NewScanner(told); lines.Scan(); {
		text, found := strings.CutPrefix(lines.Text(), "out_time_us=")
		microseconds, err := strconv.ParseInt(text, 10, 64)
		if !found || err != nil { // N/A at first
			continue
		}
		sent = time.Duration(microseconds) * time.Microsecond
		if before && sent >= least {
			before = false
			close(e.reached)
		}
	}
	return sent
}

// stop ends the push when it has its least length, and returns the length that it has in the end.
func (e *encoder) stop(t *testing.T) (sent time.Duration) {
	t.Helper()
	select {
	case <-e.reached:
		_ = e.command.Process.Signal(os.Interrupt) // if it has ended, so has what follows it
		sent = <-e.ended
	case sent = <-e.ended:
		t.Errorf("ffmpeg ended after %v", sent)
	}
	_ = e.command.Wait() // interrupted is how it ends
	if t.Failed() {
		t.Logf("ffmpeg said %s", &e.said)
	}
	return sent
}
