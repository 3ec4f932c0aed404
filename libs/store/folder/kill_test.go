package folder_test

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/store/folder"
)

// folderVariable makes this test binary prepare a folder and end.
const folderVariable = "FOLDER_TEST_PATH"

func TestMain(m *testing.M) {
	dir := os.Getenv(folderVariable)
	if dir == "" {
		m.Run()
		return
	}
	fmt.Fprintln(os.Stdout, "begun")
	for _, service := range services {
		if err := folder.Prepare(filepath.Join(dir, service+".db"), nil, slog.New(slog.DiscardHandler)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

func TestAFirstStartThatIsKilledAtAnyMomentIsGoneOnWith(t *testing.T) {
	const moments = 8
	for _, earlier := range []bool{false, true} {
		whole := time.Duration(0) // of a start that nobody kills
		stages := map[int]int{}   // files made → how often
		for i := range moments + 1 {
			dir := t.TempDir()
			if earlier { // files of an earlier version, which are taken over
				fill(t, dir)
			}
			if i == 0 {
				whole = startAndKill(t, dir, time.Hour)
			} else {
				startAndKill(t, dir, whole*time.Duration(i)/moments)
			}
			made, err := filepath.Glob(filepath.Join(dir, "*.db"))
			fails(t, err)
			stages[len(made)]++
			mustPrepare(t, dir)
			mustPrepare(t, dir)
			for _, service := range services {
				if earlier && value(t, dir, service) != "kept" {
					t.Errorf("%s has lost what it held", service)
				}
				if metaOf(t, dir, service)["set"] != metaOf(t, dir, "stream")["set"] {
					t.Errorf("%s is of another set", service)
				}
			}
		}
		t.Logf("files made when it was killed: %v", stages)
	}
}

// startAndKill starts a process on a folder, kills it after a time unless it has
// ended by then, and returns how long it has lived.
func startAndKill(t *testing.T, dir string, after time.Duration) time.Duration {
	t.Helper()
	self, err := os.Executable()
	fails(t, err)
	starts := exec.CommandContext(t.Context(), self)
	starts.Env = append(os.Environ(), folderVariable+"="+dir)
	said, err := starts.StdoutPipe()
	fails(t, err)
	fails(t, starts.Start())
	_, err = said.Read(make([]byte, 16))
	fails(t, err)
	began := time.Now()
	alarm := time.AfterFunc(after, func() { _ = starts.Process.Kill() }) // it may have ended
	_ = starts.Wait()
	alarm.Stop()
	return time.Since(began)
}

// What a kill can leave, in the order of a first start.
func TestEveryStateOfAFirstStartIsGoneOnWith(t *testing.T) {
	for name, leave := range map[string]spoil{
		"no list, but a part of one":      write("set.new-1", "se"),
		"a list, and nothing in it":       write("set", "set A\n"),
		"a list without the end of line":  write("set", "set A"),
		"a part of a file":                both(write("set", "set A\n"), write("stream.db.new-1", "half")),
		"an empty file of earlier times":  write("stream.db", ""),
		"a file that is not listed":       both(made("stream"), write("set", "set A\n")),
		"a file that is listed in part":   both(made("stream"), write("set", "set A\nstream.d")),
		"two names of one file":           both(made("stream"), both(write("set", "set A\n"), link("stream.db", "stream.db.new-1"))),
		"two names of the list":           both(write("set", "set A\n"), link("set", "set.new-1")),
		"three files of four":             both(made("stream", "counter", "room"), write("set", "set A\nstream.db\ncounter.db\nroom.db\n")),
		"files of earlier times, no list": func(t *testing.T, dir string) { fill(t, dir) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			leave(t, dir)
			mustPrepare(t, dir)
			mustPrepare(t, dir)
			wantNoLeftovers(t, dir)
			list := string(read(t, dir, "set"))
			for _, service := range services {
				if strings.Count(list, "\n"+service+".db\n") != 1 {
					t.Errorf("the list is %q, want %s.db in it", list, service)
				}
			}
			remove("room.db")(t, dir)
			if _, err := prepare(dir); err == nil {
				t.Error("a file that is lost later is not missed")
			}
		})
	}
}

// made puts new files of the set A there.
func made(names ...string) spoil {
	return func(t *testing.T, dir string) {
		other := t.TempDir()
		write("set", "set A\n")(t, other)
		mustPrepare(t, other, names...)
		for _, name := range names {
			fails(t, os.Rename(filepath.Join(other, name+".db"), filepath.Join(dir, name+".db")))
		}
	}
}

func link(from, to string) spoil {
	return func(t *testing.T, dir string) { fails(t, os.Link(filepath.Join(dir, from), filepath.Join(dir, to))) }
}
