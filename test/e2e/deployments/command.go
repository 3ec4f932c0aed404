package deployments

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// Command runs a command of the whole program with the settings of a server, and ends it after a time if that
// is not 0.
func (p Programs) Command(settings map[string]string, kill time.Duration, args ...string) (output string, err error) {
	cmd := exec.CommandContext(context.Background(), p.path("standalone"), args...)
	cmd.Env = []string{}
	for name, value := range settings {
		if value != "" && name != "XZB_LISTEN_RPC" { // which is none of this program
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var text strings.Builder
	cmd.Stdout, cmd.Stderr = &text, &text
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if kill > 0 {
		alarm := time.AfterFunc(kill, func() { _ = cmd.Process.Kill() }) // it may have ended
		defer alarm.Stop()
	}
	err = cmd.Wait()
	return text.String(), err
}

func (p Programs) Must(t testing.TB, settings map[string]string, args ...string) {
	t.Helper()
	if output, err := p.Command(settings, 0, args...); err != nil {
		t.Fatalf("%v: %v: %s", args, err, output)
	}
}

// StartOne starts one process that has no other.
func StartOne(t *testing.T, d Deployment) *System {
	t.Helper()
	d.Split, d.Copies = false, 1
	return d.Start(t, nil).(*System)
}

// BackUp writes an archive of a system that runs.
func (s *System) BackUp(t testing.TB, programs Programs) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "archive")
	programs.Must(t, s.Settings, "backup", "-output", file)
	return file
}

// Restore stops the system, and starts it on what is restored from a file into an empty store.
func (s *System) Restore(t testing.TB, programs Programs, file string, into map[string]string) {
	t.Helper()
	for _, c := range slices.Backward(s.Children()) {
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	s.Settings = client.Changed(s.Settings, into)
	programs.Must(t, s.Settings, "restore", file)
	s.Launch(t)
}
