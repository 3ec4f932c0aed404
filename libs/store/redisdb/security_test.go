package redisdb_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

// secured is a configuration with the files of a folder.
func secured(server *redistest.Server, folder string) redisdb.Config {
	return redisdb.Config{
		Addrs: config.StringList{server.Addr()}, TLS: true, CAFile: filepath.Join(folder, "ca.crt"),
		CertFile: filepath.Join(folder, "tls.crt"), KeyFile: filepath.Join(folder, "tls.key"),
	}
}

func TestARedisThatAsksForACertificateIsShownOne(t *testing.T) {
	t.Parallel()
	authority, folder := redistest.NewAuthority(t), t.TempDir()
	server := redistest.StartSecure(t, authority)
	authority.Write(t, folder)
	settings := secured(server, folder)
	if err := settings.Check(); err != nil {
		t.Fatal(err)
	}
	db := redistest.Connect(t, settings, nil)
	if err := db.Client().Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Error(err)
	}
}

func TestOneThatIsNotShownWhatItAsksForSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	authority, folder, others := redistest.NewAuthority(t), t.TempDir(), t.TempDir()
	server := redistest.StartSecure(t, authority)
	authority.Write(t, folder)
	redistest.NewAuthority(t).Write(t, others)
	none, strange, mistrusted, plain := secured(server, folder), secured(server, others), secured(server, folder), secured(server, folder)
	none.CertFile, none.KeyFile = "", ""
	strange.CAFile = mistrusted.CAFile
	mistrusted.CAFile = filepath.Join(others, "ca.crt")
	plain = redisdb.Config{Addrs: plain.Addrs}
	for name, test := range map[string]struct {
		config redisdb.Config
		want   string
	}{
		"no certificate":                {none, "certificate required"},
		"one of another authority":      {strange, "unknown certificate authority"},
		"an authority that is not ours": {mistrusted, "unknown authority"},
		"no TLS":                        {plain, ""}, // Redis closes the connection
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, giveUp := context.WithTimeout(t.Context(), 3*time.Minute)
			defer giveUp()
			logged := lines{when: test.want, then: giveUp} // Connect tries until it is told to end
			db := open(t, test.config, &logged)
			if err := db.Connect(ctx); err == nil || !strings.Contains(err.Error()+logged.text(), test.want) {
				t.Errorf("Connect: %v; logged %s; want one that says %q", err, logged.text(), test.want)
			}
		})
	}
}

// What cert-manager renews is used from the next connection on, the authority that Redis is trusted by, too.
func TestCertificatesForRedisAreRenewedWhileTheProcessRuns(t *testing.T) {
	t.Parallel()
	authority, folder := redistest.NewAuthority(t), t.TempDir()
	server := redistest.StartSecure(t, authority)
	redistest.NewAuthority(t).Write(t, folder)
	var logged lines
	db := open(t, secured(server, folder), &logged)
	connected := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	go func() { connected <- db.Connect(ctx) }()
	for !strings.Contains(logged.text(), "waiting for it") {
		select {
		case err := <-connected:
			t.Fatalf("Connect: %v with certificates that nobody knows", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	authority.Write(t, folder)
	if err := <-connected; err != nil {
		t.Errorf("Connect: %v; logged %s", err, logged.text())
	}
	if err := os.Remove(filepath.Join(folder, "tls.key")); err != nil {
		t.Fatal(err)
	}
	if err := db.Client().Ping(t.Context()).Err(); err != nil {
		t.Errorf("the connection there is: %v", err)
	}
}

func open(t *testing.T, settings redisdb.Config, logged *lines) *redisdb.DB {
	t.Helper()
	db, err := redisdb.New(settings, redisdb.Options{Name: "test", Meter: noop.Meter{}, Log: slog.New(slog.NewTextHandler(logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("Close: %v", err)
		}
	})
	return db
}

// lines is a log that is read while it is written.
// lines is a log. Once it has what is waited for, a text, it says so.
type lines struct {
	when string
	then func() // nil: nothing is waited for

	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.then != nil && strings.Contains(string(p), l.when) {
		l.then()
	}
	return l.all.Write(p)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}
