//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package redisstore_test

import (
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/counter/storetest"
)

func TestTheStoreAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		storetest.Run(t, func(t *testing.T) (counter.Store, func() counter.Store) {
			prefix := redistest.Prefix()
			reopen := func() counter.Store { return mustOpen(t, open(t, prefix, nil)) }
			return reopen(), reopen
		})
	})
}
