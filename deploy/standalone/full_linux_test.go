package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/store/archive"
)

// A file that must not grow is to a program what a full disk is.
func TestABackupOnAFullDiskLeavesTheOneBefore(t *testing.T) {
	dir, output := filledFolder(t), filepath.Join(t.TempDir(), "archive")
	if err := os.WriteFile(output, []byte("the one before"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, room := range []uint64{0, 100, 2000} {
		err := onAFullDisk(t, room, "backup", "-output", output, "-data-dir", dir)
		if err == nil || !strings.Contains(err.Error(), output) || strings.Contains(err.Error(), "\n") {
			t.Errorf("with room for %d bytes: %v; want one line that names the file", room, err)
		}
		if left, _ := filepath.Glob(output + ".*"); len(left) > 0 {
			t.Errorf("with room for %d bytes it leaves %v", room, left)
		}
		if found, _ := os.ReadFile(output); string(found) != "the one before" {
			t.Fatalf("with room for %d bytes the one before is %d bytes", room, len(found))
		}
	}
	if said, err := run(t, "backup", "-output", output, "-data-dir", dir); err != nil {
		t.Fatalf("with room again: %q, %v", said, err)
	}
	written, err := archive.Open(output)
	if err != nil {
		t.Fatal(err)
	}
	if err := written.Close(); err != nil {
		t.Error(err)
	}
}

func TestARestoreOntoAFullDiskLeavesNothing(t *testing.T) {
	file, into := filepath.Join(t.TempDir(), "archive"), filepath.Join(t.TempDir(), "data")
	if said, err := run(t, "backup", "-output", file, "-data-dir", filledFolder(t)); err != nil {
		t.Fatalf("%q, %v", said, err)
	}
	for _, room := range []uint64{0, 10, 20_000, 40_000} {
		err := onAFullDisk(t, room, "restore", file, "-data-dir", into)
		if err == nil || !strings.Contains(err.Error(), into) || strings.Contains(err.Error(), "\n") {
			t.Errorf("with room for %d bytes: %v; want one line that names the folder", room, err)
		}
		if left, _ := os.ReadDir(into); len(left) > 0 {
			t.Errorf("with room for %d bytes it leaves %v", room, left)
		}
	}
	if said, err := run(t, "restore", file, "-data-dir", into); err != nil {
		t.Fatalf("with room again: %q, %v", said, err)
	}
	fetched := post(t, start(t, "-data-dir", into, "-bizid", "8888")["http"], `{"Action":"FetchList","flag":3,"pageno":1,"pagesize":1}`)
	if !strings.Contains(fetched, `"totalcount":12`) {
		t.Errorf("the list is %s", fetched)
	}
}

// Who fetches a backup may have no more room either. The server goes on.
func TestAServerGoesOnWhenABackupCannotBeTaken(t *testing.T) {
	dir := served(t)
	err := onAFullDisk(t, 100, "backup", "-output", filepath.Join(t.TempDir(), "archive"), "-data-dir", dir)
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("with room for 100 bytes: %v", err)
	}
	output := filepath.Join(t.TempDir(), "archive")
	if said, err := run(t, "backup", "-output", output, "-data-dir", dir); err != nil {
		t.Errorf("afterwards: %q, %v", said, err)
	}
}

func TestAReplyThatIsNoBackupIsNotKept(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "archive")
	if said, err := run(t, "backup", "-output", whole, "-data-dir", filledFolder(t)); err != nil {
		t.Fatalf("%q, %v", said, err)
	}
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string][]byte{"a page": []byte("<html>"), "a half": content[:len(content)/2], "nothing": nil} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
		output := filepath.Join(t.TempDir(), "archive")
		said, err := run(t, "backup", "-output", output, "-from", server.URL, "-admin-secret", "0123456789abcdef")
		server.Close()
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q, %v", name, said, err)
		}
		if left, _ := filepath.Glob(output + "*"); len(left) > 0 {
			t.Errorf("%s leaves %v", name, left)
		}
	}
}

// roomKey names the environment variable that makes this program a command on a full disk.
const roomKey = "ROOM_ON_DISK"

func init() {
	if room := os.Getenv(roomKey); room != "" {
		runOnAFullDisk(room)
	}
}

// onAFullDisk runs a command in a process of its own, no file of which may become longer than
// room: the limit is of a process, and what tests write meanwhile must not meet it.
func onAFullDisk(t *testing.T, room uint64, args ...string) error {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, args...)
	command.Env = append(os.Environ(), roomKey+"="+strconv.FormatUint(room, 10))
	var said strings.Builder
	command.Stderr = &said
	if command.Run() == nil {
		return nil
	}
	return errors.New(strings.TrimSpace(said.String()))
}

// runOnAFullDisk is the main of that process.
func runOnAFullDisk(room string) {
	signal.Ignore(syscall.SIGXFSZ) // the write fails instead
	lifecycle.Main(func(ctx context.Context, args []string, _, _ io.Writer) error {
		var limit syscall.Rlimit
		bytes, err := strconv.ParseUint(room, 10, 64)
		if err != nil {
			return err
		}
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		limit.Cur = bytes
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		return standalone().Run(ctx, args, io.Discard, io.Discard)
	})
}
