package boltfile_test

import (
	"os"
	"os/signal"
	"syscall"
	"testing"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/boltfile"
)

// The limit holds for all files of the process, the log of the go command too. By
// the name of this file the test is the first one, so that log is still short.
func TestAFailedCommitLeavesMemoryAndFileAsTheyWere(t *testing.T) {
	tests := map[string]int{
		"the data cannot be written": 2 * os.Getpagesize(), // bbolt's two meta pages can
		"nothing can be written":     0,
	}
	for name, writable := range tests {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			f := open(t, path)
			mustUpdate(t, f, put("a", "1"))

			lift := limitFileSize(t, uint64(writable))
			for range 2 { // the second one meets what the first one left
				wantStorageError(t, f)
			}
			lift()
			wantNotes(t, f, notes{"a": "1"})

			mustUpdate(t, f, put("c", "3"))
			wantNotes(t, f, notes{"a": "1", "c": "3"})
			mustClose(t, f)
			wantNotes(t, open(t, path), notes{"a": "1", "c": "3"})
		})
	}
}

func wantStorageError(t *testing.T, f *boltfile.File[notes]) {
	t.Helper()
	if err := f.Update(t.Context(), put("b", "2")); apierr.CodeOf(err) != apierr.Storage {
		t.Errorf("Update: %v, want %s", err, apierr.Storage)
	}
}

// limitFileSize makes every write beyond the first bytes of a file fail, as
// a full disk would, until lift is called.
func limitFileSize(t *testing.T, bytes uint64) (lift func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // the write fails instead
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	set := func(limit syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Errorf("limit file size: %v", err)
		}
	}
	lift = func() {
		set(before)
		signal.Reset(syscall.SIGXFSZ)
	}
	t.Cleanup(lift)
	set(syscall.Rlimit{Cur: bytes, Max: before.Max})
	return lift
}
