package redisstore_test

import (
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/counters/counterstest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/counter/redisstore"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		counterstest.Run(t, func(t *testing.T) counters.Service {
			return counter.New(mustOpen(t, open(t, redistest.Prefix(), nil)), time.Now)
		})
	})
}

// mustOpen returns the store in db until the test ends.
func mustOpen(tb testing.TB, db *redisdb.DB) *redisstore.Store {
	tb.Helper()
	store := redisstore.New(db)
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return store
}
