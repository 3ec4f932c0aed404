// Package redistest gives tests a Redis: a fake in the process, a real server, or
// a real Cluster, started from the redis-server on the PATH.
package redistest

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/store/redisdb"
)

// Open returns a DB of an empty Redis, or the same one again for the same
// prefix, by the clock now. It is closed with the test.
type Open func(t testing.TB, prefix string, now func() time.Time) *redisdb.DB

// Each runs test over every kind of Redis. Those that need a redis-server are
// skipped where there is none, unless REQUIRE_REDIS is set.
func Each(t *testing.T, test func(t *testing.T, open Open)) {
	t.Run("fake", func(t *testing.T) {
		t.Parallel()
		test(t, opener(miniredis.RunT(t).Addr()))
	})
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		test(t, opener(Start(t).Addr()))
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		test(t, opener(StartCluster(t)...))
	})
}

func opener(addrs ...string) Open {
	return func(t testing.TB, prefix string, now func() time.Time) *redisdb.DB {
		t.Helper()
		return connect(t, redisdb.Config{Addrs: addrs, Prefix: prefix}, redisdb.Options{Now: now, Patience: patience})
	}
}

var prefixes atomic.Int64

// Prefix returns one that no other test of this process has.
func Prefix() string { return fmt.Sprintf("test%d:", prefixes.Add(1)) }

// Connect returns a DB as config says, by the clock now, or Redis's own if that
// is nil. It is closed with the test.
func Connect(t testing.TB, config redisdb.Config, now func() time.Time) *redisdb.DB {
	t.Helper()
	return connect(t, config, redisdb.Options{Now: now})
}

func connect(t testing.TB, config redisdb.Config, options redisdb.Options) *redisdb.DB {
	t.Helper()
	options.Name, options.Meter, options.Log = "test", noop.Meter{}, slog.New(slog.DiscardHandler)
	db, err := redisdb.New(config, options)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if err := db.Connect(t.Context()); err != nil {
		t.Fatalf("Connect: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return db
}
