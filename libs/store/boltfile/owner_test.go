package boltfile_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/store/boltfile"
)

func TestWhoOpensAFileInUseIsToldByWhom(t *testing.T) {
	path := newPath(t)
	first := start(t, holder, path)
	wantHeldBy(t, path, first.cmd.Process.Pid)

	first.kill(t)
	second := start(t, holder, path) // the lock has died with its process
	wantHeldBy(t, path, second.cmd.Process.Pid)

	second.kill(t)
	f := open(t, path)
	wantHeldBy(t, path, os.Getpid())
	mustClose(t, f)
	open(t, path)
}

func TestAFileInUseByAnUnknownProcessIsNotOpenedEither(t *testing.T) {
	path := newPath(t)
	open(t, path)
	if err := os.Remove(path + ".owner"); err != nil {
		t.Fatal(err)
	}
	wantInUse(t, path, "another process")
}

func TestTheOwnersOfTheFilesOfAFolderAreKeptApart(t *testing.T) {
	path := newPath(t)
	start(t, holder, path)
	open(t, path+"2")
	wantInUse(t, path+"2", fmt.Sprintf("process %d ", os.Getpid()))
}

func TestWhatWasAcknowledgedOutlivesAKilledProcess(t *testing.T) {
	path := newPath(t)
	other := start(t, writer, path)
	var acknowledged []string
	for range 50 {
		acknowledged = append(acknowledged, other.line(t))
	}
	acknowledged = append(acknowledged, other.kill(t)...)

	kept := open(t, path).State()
	for _, key := range acknowledged {
		if kept[key] != "kept" {
			t.Errorf("write %s of %d was acknowledged and is lost", key, len(acknowledged))
		}
	}
}

func wantHeldBy(t *testing.T, path string, pid int) {
	t.Helper()
	wantInUse(t, path, fmt.Sprintf("process %d ", pid))
}

// wantInUse tries to open the file in a bubble, where waiting for the lock takes
// no time.
func wantInUse(t *testing.T, path, by string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()
		began := time.Now()
		_, err := boltfile.Open(path, nil, loadNotes)
		if err == nil || !strings.Contains(err.Error(), path+" is in use by "+by) {
			t.Errorf("Open: %v, want it in use by %s", err, by)
		}
		if waited := time.Since(began); waited > 5*time.Second {
			t.Errorf("waited %v", waited)
		}
	})
}
