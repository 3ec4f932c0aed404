package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestAServerThatRefusesConnectionsAtFirstIsAskedAgain(t *testing.T) {
	refusing, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := refusing.Addr().String()
	if err := refusing.Close(); err != nil {
		t.Fatal(err)
	}
	answering := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	var served sync.WaitGroup
	t.Cleanup(func() { _ = answering.Close(); served.Wait() })
	told := told{when: "connections are refused", then: sync.OnceFunc(func() {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		served.Go(func() { _ = answering.Serve(listener) })
	})}
	output := filepath.Join(t.TempDir(), "archive")
	args := []string{"backup", "-output", output, "-from", "http://" + address, "-admin-secret", "0123456789abcdef"}
	if err := standalone().Run(t.Context(), args, io.Discard, told); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v, want what the server says that is there now", err)
	}
}

// told is a log in which somebody waits for a line.
type told struct {
	when string
	then func()
}

func (l told) Write(line []byte) (int, error) {
	if strings.Contains(string(line), l.when) {
		l.then()
	}
	return len(line), nil
}
