//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package redisstore_test

import (
	"flag"
	"testing"
	"time"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/storetest"
)

func init() {
	// One check of the model is hundreds of calls, over three kinds of Redis.
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
}

func TestTheStoreAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		storetest.Run(t, func(t *testing.T, config room.Config, now func() time.Time) (room.Store, func() room.Store) {
			prefix := redistest.Prefix()
			reopen := func() room.Store { return mustOpen(t, open(t, prefix, now), config) }
			return reopen(), reopen
		})
	})
}
