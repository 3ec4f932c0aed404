//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package boltstore_test

import (
	"path/filepath"
	"testing"

	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/counter/storetest"
)

func TestTheStoreAgreesWithItsModel(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (counter.Store, func() counter.Store) {
		path := filepath.Join(t.TempDir(), "counter.db")
		store := mustOpen(t, path)
		t.Cleanup(func() { mustClose(t, store) })
		return store, func() counter.Store {
			mustClose(t, store)
			store = mustOpen(t, path)
			return store
		}
	})
}
