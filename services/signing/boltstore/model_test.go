//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package boltstore_test

import (
	"path/filepath"
	"testing"

	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/storetest"
)

func TestTheLedgerAgreesWithItsModel(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (signing.Ledger, func() signing.Ledger) {
		path := filepath.Join(t.TempDir(), "signing.db")
		ledger := mustOpen(t, path)
		t.Cleanup(func() { mustClose(t, ledger) })
		return ledger, func() signing.Ledger {
			mustClose(t, ledger)
			ledger = mustOpen(t, path)
			return ledger
		}
	})
}
