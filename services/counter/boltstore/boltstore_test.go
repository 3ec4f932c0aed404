package boltstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/counters/counterstest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/counter/boltstore"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	counterstest.Run(t, func(t *testing.T) counters.Service { return counter.New(open(t), time.Now) })
}

func TestTheContractHoldsOverTheWire(t *testing.T) {
	counterstest.Run(t, func(t *testing.T) counters.Service {
		client := rpctest.Serve(t, counters.Methods(counter.New(open(t), time.Now))...)
		remote := counters.Dial(client)
		t.Cleanup(remote.Close)
		return remote
	})
}

func open(tb testing.TB) *boltstore.Store {
	tb.Helper()
	store := mustOpen(tb, filepath.Join(tb.TempDir(), "counter.db"))
	tb.Cleanup(func() { mustClose(tb, store) })
	return store
}

func mustOpen(tb testing.TB, path string) *boltstore.Store {
	tb.Helper()
	store, err := boltstore.Open(path, time.Now, nil)
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	return store
}

func mustClose(tb testing.TB, store *boltstore.Store) {
	tb.Helper()
	if err := store.Close(); err != nil {
		tb.Errorf("Close: %v", err)
	}
}
