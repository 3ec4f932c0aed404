package redisstore_test

import (
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/members/memberstest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/redisstore"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		memberstest.Run(t, func(t *testing.T, settings memberstest.Settings) members.Service {
			config := room.Config{MemberTTL: settings.TTL, MemberOrder: room.Order(settings.Order)}
			return room.New(mustOpen(t, open(t, redistest.Prefix(), settings.Now), config), time.Now)
		})
	})
}

func TestRooms(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		for name, test := range map[string]func(*testing.T, redistest.Open){
			"a time to live changed over a restart holds for those who were there": testTTLChanged,
			"an order changed over a restart holds for those who were there":       testOrderChanged,
			"thousands who leave at once are never shown":                          testManyLeave,
			"a room that all have left is forgotten though nobody looked":          testAllLeft,
			"Redis drops a room that nobody enters any more":                       testAbandoned,
			"what is sent twice changes nothing more":                              testSentTwice,
			"two processes see each other's writes at once":                        testTwoProcesses,
		} {
			t.Run(name, func(t *testing.T) { test(t, open) })
		}
	})
}

// mustOpen returns the store in db until the test ends.
func mustOpen(tb testing.TB, db *redisdb.DB, config room.Config) *redisstore.Store {
	tb.Helper()
	store := redisstore.New(db, config)
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return store
}
