package redisstore_test

import (
	"fmt"
	"testing"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/stream/storetest"
)

// BenchmarkPage reads pages of lists of several sizes, as that of boltstore does.
// B/session is memory of Redis.
func BenchmarkPage(b *testing.B) {
	for _, rooms := range []int{1e3, 1e5} {
		b.Run(fmt.Sprintf("rooms=%d", rooms), func(b *testing.B) {
			server := redistest.Start(b)
			db := redistest.Connect(b, redisdb.Config{Addrs: config.StringList{server.Addr()}}, storetest.BenchNow)
			store := mustOpen(b, db, storetest.BenchConfig)
			before := server.Memory(b)
			storetest.Fill(b, store, rooms)
			storetest.BenchmarkPages(b, store, rooms, float64(server.Memory(b)-before)/float64(rooms))
		})
	}
}
