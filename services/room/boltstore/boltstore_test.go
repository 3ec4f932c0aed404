package boltstore_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/members/memberstest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/boltstore"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	memberstest.Run(t, func(t *testing.T, settings memberstest.Settings) members.Service {
		return room.New(open(t, settings), time.Now)
	})
}

func TestTheContractHoldsOverTheWire(t *testing.T) {
	memberstest.Run(t, func(t *testing.T, settings memberstest.Settings) members.Service {
		remote := members.Dial(rpctest.Serve(t, members.Methods(room.New(open(t, settings), time.Now))...))
		t.Cleanup(remote.Close)
		return remote
	})
}

func open(tb testing.TB, settings memberstest.Settings) *boltstore.Store {
	tb.Helper()
	config := room.Config{MemberTTL: settings.TTL, MemberOrder: room.Order(settings.Order)}
	store := mustOpen(tb, filepath.Join(tb.TempDir(), "room.db"), config, settings.Now)
	tb.Cleanup(func() { mustClose(tb, store) })
	return store
}

func mustOpen(tb testing.TB, path string, config room.Config, now func() time.Time) *boltstore.Store {
	tb.Helper()
	store, err := boltstore.Open(path, config, now, nil, slog.New(slog.DiscardHandler))
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
