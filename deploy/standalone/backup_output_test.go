package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"xiaozhibo.dev/libs/store/archive"
)

// served returns the data folder of a running process, where something is kept.
func served(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	addresses := start(t, "-bizid", "8888", "-data-dir", dir)
	fill(t, addresses["http"], 1)
	return dir
}

// Two into one file would write over each other, after one has said that it is whole.
func TestOfTwoBackupsIntoOneFileTheSecondIsRefused(t *testing.T) {
	dir, output := served(t), filepath.Join(t.TempDir(), "archive")
	const begun = "what the first has written so far"
	if err := os.WriteFile(output+".partial", []byte(begun), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := os.Open(output + ".partial")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if err := syscall.Flock(int(first.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	said, err := run(t, "backup", "-output", output, "-data-dir", dir)
	if err == nil || !strings.Contains(err.Error(), output) || strings.Contains(err.Error(), "\n") {
		t.Errorf("while another is under way: %q, %v", said, err)
	}
	if found, _ := os.ReadFile(output + ".partial"); string(found) != begun {
		t.Errorf("what the other has written is %q", found)
	}
	// Its process is killed.
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if said, err := run(t, "backup", "-output", output, "-data-dir", dir); err != nil {
		t.Fatalf("after the other: %q, %v", said, err)
	}
	written, err := archive.Open(output)
	if err != nil {
		t.Fatal(err)
	}
	defer written.Close()
	if _, err := os.Stat(output + ".partial"); !os.IsNotExist(err) {
		t.Errorf("the partial file: %v", err)
	}
}

func TestABackupReplacesNothingButAFile(t *testing.T) {
	dir, folder := served(t), t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, output := range []string{pipe, folder} {
		said, err := run(t, "backup", "-output", output, "-data-dir", dir)
		if err == nil || !strings.Contains(err.Error(), output+" is there and is no file") {
			t.Errorf("%q, %v", said, err)
		}
		if _, err := os.Stat(output + ".partial"); !os.IsNotExist(err) {
			t.Errorf("the partial file: %v", err)
		}
	}
	if info, err := os.Stat(pipe); err != nil || info.Mode().IsRegular() {
		t.Errorf("the pipe is replaced: %v", err)
	}
}
