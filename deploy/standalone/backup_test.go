package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

func TestOperatorsFetchABackupOfARunningProcess(t *testing.T) {
	const secret = "sixteen-and-more"
	addresses := start(t, "-bizid", "8888", "-listen-admin", "127.0.0.1:0", "-admin-secret", secret)
	fill(t, addresses["http"], 3)
	request, err := http.NewRequest(http.MethodGet, "http://"+addresses["admin"]+"/backup", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	request.Close = true
	reply, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	path := filepath.Join(t.TempDir(), "archive")
	content, err := io.ReadAll(reply.Body)
	if err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v", reply.StatusCode, err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := archive.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if got.Manifest.Set == "" || got.Manifest.Names() != "counter, room, signing, stream" || got.Sums.Sections[3].Records < 3 {
		t.Errorf("the archive is %+v, %+v", got.Manifest, got.Sums)
	}
}

func TestTheAdminListenerNeedsASecret(t *testing.T) {
	err := standalone().Run(t.Context(), []string{"-config.verify", "-listen-admin", "127.0.0.1:0"}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "admin_secret") {
		t.Errorf("without a secret: %v", err)
	}
}

// The name of a socket has room for a hundred bytes or so.
func TestTheFolderOfARunningProcessMayHaveALongName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 40))
	addresses := start(t, "-bizid", "8888", "-data-dir", dir)
	fill(t, addresses["http"], 2)
	output := filepath.Join(t.TempDir(), "archive")
	if said, err := run(t, "backup", "-output", output, "-data-dir", dir); err != nil || !strings.Contains(said, output) {
		t.Errorf("%q, %v", said, err)
	}
	if said, err := run(t, "restore", "-data-dir", dir, output); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("over a running process: %q, %v", said, err)
	}
}

func TestNoProcessUsesAPrefixThatWasNotRestoredToItsEnd(t *testing.T) {
	config := redisdb.Config{Addrs: []string{redistest.Start(t).Addr()}, Prefix: redistest.Prefix()}
	db := redistest.Connect(t, config, nil)
	if err := db.BeginRestore(t.Context(), "room", "stream"); err != nil {
		t.Fatal(err)
	}
	args := []string{"-store", "redis", "-redis-addrs", config.Addrs[0], "-redis-prefix", config.Prefix}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := standalone().Run(ctx, append(args, "-listen-http", "127.0.0.1:0", "-listen-ops", "off"), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "was not finished") {
		t.Errorf("a start: %v", err)
	}
	dir := filledFolder(t)
	file := filepath.Join(t.TempDir(), "archive")
	for _, call := range [][]string{{"backup", "-output", file, "-data-dir", dir}, append([]string{"restore", file}, args...)} {
		if said, err := run(t, call...); err != nil {
			t.Fatalf("%v: %q, %v", call, said, err)
		}
	}
	if unfinished, err := db.IsRestoring(t.Context(), "stream"); unfinished || err != nil {
		t.Errorf("after a restore: %v, %v", unfinished, err)
	}
	if said, err := run(t, append([]string{"restore", file}, args...)...); err == nil || !strings.Contains(err.Error(), "has keys in redis already") {
		t.Errorf("a second restore: %q, %v", said, err)
	}
}

func run(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	var stdout strings.Builder
	err = standalone().Run(t.Context(), args, &stdout, io.Discard)
	return stdout.String(), err
}
