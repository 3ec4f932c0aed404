package disasters

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// Moves checks that clients see no difference when a server is backed up while it runs and restored into another
// store, again and again, whatever they do afterwards.
func Moves(t *testing.T, from deployments.Deployment, stores ...deployments.Store) {
	s := deployments.StartOne(t, from)
	moves := 0
	everythingSurvives(t, s, func(t testing.TB) {
		file := s.BackUp(t, from.Programs)
		s.Restore(t, from.Programs, file, stores[moves%len(stores)](t))
		moves++
	})
}

// BacksUpUnderLoad checks that a backup has all that was acknowledged before it began.
func BacksUpUnderLoad(t *testing.T, from deployments.Deployment, to deployments.Store) {
	s := deployments.StartOne(t, from)
	before := startLoad(t, s)
	before.more(t, 1000)
	before.rest()
	during := startLoad(t, s)
	during.more(t, 100)
	file := s.BackUp(t, from.Programs)
	during.more(t, 100)
	during.rest()
	if failed := append(before.failed(), during.failed()...); len(failed) > 0 {
		t.Errorf("Actions have failed:\n%s", summary(failed))
	}
	s.Restore(t, from.Programs, file, to(t))
	before.check(t)
	for _, who := range during.crowds {
		if info := who.a.Info(); info.Likes > who.sent || info.Viewers != len(during.everybody(who.a)) {
			t.Errorf("%s has %d likes of %d, and %d viewers", who.a.ID, info.Likes, who.sent, info.Viewers)
		}
		likes := who.a.Info().Likes
		who.a.Like(1) // no counter is ahead of its session
		if got := who.a.Info().Likes; got != likes+1 {
			t.Errorf("%s has %d likes, and after another one %d", who.a.ID, likes, got)
		}
	}
}

// BearsBeingKilled checks that a backup and a restore that are killed leave nothing that is half.
func BearsBeingKilled(t *testing.T, from deployments.Deployment, to deployments.Store) {
	s := deployments.StartOne(t, from)
	w := newWorld(client.New(t, s))
	picture := w.picture()
	file := filepath.Join(t.TempDir(), "archive")
	for delay := 2 * time.Millisecond; ; delay += delay / 2 {
		_, err := from.Programs.Command(s.Settings, delay, "backup", "-output", file)
		if _, missing := os.Stat(file); err == nil {
			break
		} else if !errors.Is(missing, os.ErrNotExist) {
			from.Programs.Must(t, client.Changed(s.Settings, to(t)), "restore", file) // it is whole
		}
	}
	into := client.Changed(s.Settings, to(t))
	for delay := 2 * time.Millisecond; ; delay += delay / 2 {
		if _, err := from.Programs.Command(into, delay, "restore", file); err == nil {
			break
		}
		if output, err := from.Programs.Command(into, 0, "restore", file); err == nil { // it begins anew
			break
		} else if !strings.Contains(output, "already") { // the kill came after its end
			t.Fatalf("a restore after one that was killed: %v: %s", err, output)
		}
	}
	if output, err := from.Programs.Command(into, 0, "restore", file); err == nil || !isOneLine(output) {
		t.Errorf("a restore over what is there: %v: %q", err, output)
	}
	for _, c := range s.Children() {
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	s.Settings = into
	s.Launch(t)
	if after := w.picture(); !slices.Equal(picture, after) {
		t.Errorf("what clients see has changed, from\n%v\nto\n%v", picture, after)
	}
}

// RefusesDamage checks that an archive with another byte, or too few, is refused before anything is written.
func RefusesDamage(t *testing.T, from deployments.Deployment) {
	s := deployments.StartOne(t, from)
	newWorld(client.New(t, s))
	file := s.BackUp(t, from.Programs)
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
		output, err := from.Programs.Command(client.Changed(s.Settings, map[string]string{"XZB_DATA_DIR": into}), 0, "restore", spoilt)
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
