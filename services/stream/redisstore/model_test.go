//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package redisstore_test

import (
	"testing"
	"time"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/storetest"
)

func TestTheStoreAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		storetest.Run(t, func(t *testing.T, config stream.Config, now func() time.Time) (stream.Store, func() stream.Store) {
			prefix := redistest.Prefix()
			reopen := func() stream.Store { return mustOpen(t, open(t, prefix, now), config) }
			return reopen(), reopen
		})
	})
}
