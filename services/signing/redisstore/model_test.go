//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package redisstore_test

import (
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/storetest"
)

func TestTheLedgerAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		storetest.Run(t, func(t *testing.T) (signing.Ledger, func() signing.Ledger) {
			prefix := redistest.Prefix()
			reopen := func() signing.Ledger { return mustOpen(t, open(t, prefix, nil)) }
			return reopen(), reopen
		})
	})
}
