//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package boltstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/storetest"
)

func TestTheStoreAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, config stream.Config, now func() time.Time) (stream.Store, func() stream.Store) {
		path := filepath.Join(t.TempDir(), "stream.db")
		store := mustOpen(t, path, config, now)
		t.Cleanup(func() { mustClose(t, store) })
		return store, func() stream.Store {
			mustClose(t, store)
			store = mustOpen(t, path, config, now)
			return store
		}
	})
}
