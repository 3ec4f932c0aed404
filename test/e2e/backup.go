package e2e

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// command runs a command of the whole program with the settings of a server, and ends it after a time if that
// is not 0.
func (p Programs) command(settings map[string]string, kill time.Duration, args ...string) (output string, err error) {
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

func (p Programs) must(t testing.TB, settings map[string]string, args ...string) {
	t.Helper()
	if output, err := p.command(settings, 0, args...); err != nil {
		t.Fatalf("%v: %v: %s", args, err, output)
	}
}

// startOne starts one process that has no other.
func startOne(t *testing.T, d Deployment) *system {
	t.Helper()
	d.Split, d.Copies = false, 1
	return d.Start(t, nil).(*system)
}

// backUp writes an archive of a system that runs.
func (s *system) backUp(t testing.TB, programs Programs) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "archive")
	programs.must(t, s.settings, "backup", "-output", file)
	return file
}

// restore stops the system, and starts it on what is restored from a file into an empty store.
func (s *system) restore(t testing.TB, programs Programs, file string, into map[string]string) {
	t.Helper()
	for _, c := range slices.Backward(s.children()) {
		if err := c.stop(); err != nil {
			t.Fatal(err)
		}
	}
	s.settings = changed(s.settings, into)
	programs.must(t, s.settings, "restore", file)
	s.launch(t)
}

func changed(settings, more map[string]string) map[string]string {
	all := maps.Clone(settings)
	maps.Copy(all, more)
	return all
}

// Moves checks that clients see no difference when a server is backed up while it runs and restored into another
// store, again and again, whatever they do afterwards.
func Moves(t *testing.T, from Deployment, stores ...Store) {
	s := startOne(t, from)
	moves := 0
	everythingSurvives(t, s, func(t testing.TB) {
		file := s.backUp(t, from.Programs)
		s.restore(t, from.Programs, file, stores[moves%len(stores)](t))
		moves++
	})
}

// BacksUpUnderLoad checks that a backup has all that was acknowledged before it began.
func BacksUpUnderLoad(t *testing.T, from Deployment, to Store) {
	s := startOne(t, from)
	before := startLoad(t, s)
	before.more(t, 1000)
	before.rest()
	during := startLoad(t, s)
	during.more(t, 100)
	file := s.backUp(t, from.Programs)
	during.more(t, 100)
	during.rest()
	if failed := append(before.failed(), during.failed()...); len(failed) > 0 {
		t.Errorf("Actions have failed:\n%s", summary(failed))
	}
	s.restore(t, from.Programs, file, to(t))
	before.check(t)
	for _, who := range during.crowds {
		if info := who.a.info(); info.Likes > who.sent || info.Viewers != len(during.everybody(who.a)) {
			t.Errorf("%s has %d likes of %d, and %d viewers", who.a.id, info.Likes, who.sent, info.Viewers)
		}
		likes := who.a.info().Likes
		who.a.like(1) // no counter is ahead of its session
		if got := who.a.info().Likes; got != likes+1 {
			t.Errorf("%s has %d likes, and after another one %d", who.a.id, likes, got)
		}
	}
}

// BearsBeingKilled checks that a backup and a restore that are killed leave nothing that is half.
func BearsBeingKilled(t *testing.T, from Deployment, to Store) {
	s := startOne(t, from)
	w := newWorld(newClient(t, s))
	picture := w.picture()
	file := filepath.Join(t.TempDir(), "archive")
	for delay := 2 * time.Millisecond; ; delay += delay / 2 {
		_, err := from.Programs.command(s.settings, delay, "backup", "-output", file)
		if _, missing := os.Stat(file); err == nil {
			break
		} else if !errors.Is(missing, os.ErrNotExist) {
			from.Programs.must(t, changed(s.settings, to(t)), "restore", file) // it is whole
		}
	}
	into := changed(s.settings, to(t))
	for delay := 2 * time.Millisecond; ; delay += delay / 2 {
		if _, err := from.Programs.command(into, delay, "restore", file); err == nil {
			break
		}
		if output, err := from.Programs.command(into, 0, "restore", file); err == nil { // it begins anew
			break
		} else if !strings.Contains(output, "already") { // the kill came after its end
			t.Fatalf("a restore after one that was killed: %v: %s", err, output)
		}
	}
	if output, err := from.Programs.command(into, 0, "restore", file); err == nil || !isOneLine(output) {
		t.Errorf("a restore over what is there: %v: %q", err, output)
	}
	for _, c := range s.children() {
		if err := c.stop(); err != nil {
			t.Fatal(err)
		}
	}
	s.settings = into
	s.launch(t)
	if after := w.picture(); !slices.Equal(picture, after) {
		t.Errorf("what clients see has changed, from\n%v\nto\n%v", picture, after)
	}
}

// RefusesDamage checks that an archive with another byte, or too few, is refused before anything is written.
func RefusesDamage(t *testing.T, from Deployment) {
	s := startOne(t, from)
	newWorld(newClient(t, s))
	file := s.backUp(t, from.Programs)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "data")
	refused := func(what string, content []byte) {
		spoilt := filepath.Join(t.TempDir(), "spoilt")
		if err := os.WriteFile(spoilt, content, 0o600); err != nil {
			t.Fatal(err)
		}
		output, err := from.Programs.command(changed(s.settings, map[string]string{"XZB_DATA_DIR": into}), 0, "restore", spoilt)
		exit := (*exec.ExitError)(nil)
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || !isOneLine(output) || !strings.Contains(output, spoilt) {
			t.Errorf("%s: %v, %q; want exit code 1 and one line that names the file", what, err, output)
		}
		if _, err := os.Stat(into); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was written: %v", what, err)
		}
	}
	for at := 0; at < len(whole); at += 1 + len(whole)/12 {
		flipped := slices.Clone(whole)
		flipped[at] ^= 0x10
		refused("another byte", flipped)
		refused("too few bytes", whole[:at])
	}
	refused("a foreign file", []byte("PK\x03\x04 something else"))
}

func isOneLine(output string) bool { return strings.Count(strings.TrimSpace(output), "\n") == 0 }
