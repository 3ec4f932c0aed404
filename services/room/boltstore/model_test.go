//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package boltstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/storetest"
)

func TestTheStoreAgreesWithItsModel(t *testing.T) {
	storetest.Run(t, func(t *testing.T, config room.Config, now func() time.Time) (room.Store, func() room.Store) {
		path := filepath.Join(t.TempDir(), "room.db")
		store := mustOpen(t, path, config, now)
		t.Cleanup(func() { mustClose(t, store) })
		return store, func() room.Store {
			mustClose(t, store)
			store = mustOpen(t, path, config, now)
			return store
		}
	})
}
