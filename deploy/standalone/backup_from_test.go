package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/store/archive"
)

func TestABackupIsFetchedFromAServerByItsSecret(t *testing.T) {
	const secret = "0123456789abcdef"
	addresses := start(t, "-bizid", "8888", "-data-dir", t.TempDir(), "-listen-admin", "127.0.0.1:0", "-admin-secret", secret)
	fill(t, addresses["http"], 1)
	output, from := filepath.Join(t.TempDir(), "archive"), "http://"+addresses["admin"]
	for given, want := range map[string]string{"": "admin-secret: must be set", "fedcba9876543210": "401"} {
		said, err := run(t, "backup", "-output", output, "-from", from, "-admin-secret", given)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("with the secret %q: %q, %v", given, said, err)
		}
		if left, _ := filepath.Glob(output + "*"); len(left) > 0 {
			t.Errorf("with the secret %q it leaves %v", given, left)
		}
	}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\nthe-one-before-0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := run(t, "backup", "-output", output, "-from", from, "-admin-secret-file", file); err != nil {
		t.Fatalf("with the secret of a file: %q, %v", said, err)
	}
	written, err := archive.Open(output)
	if err != nil {
		t.Fatal(err)
	}
	defer written.Close()
	if written.Sums.Records() == 0 {
		t.Error("nothing is in it")
	}
}
