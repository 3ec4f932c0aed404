package boltstore_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"xiaozhibo.dev/services/stream/boltstore"
	"xiaozhibo.dev/services/stream/storetest"
)

// BenchmarkPage reads pages of lists of several sizes: a page costs the same at
// any depth, and all but the same in any list. B/session is the memory of a live
// session and its share of the recordings.
func BenchmarkPage(b *testing.B) {
	for _, rooms := range []int{1e3, 1e5, 1e6} {
		b.Run(fmt.Sprintf("rooms=%d", rooms), func(b *testing.B) {
			if rooms > 1e5 && testing.Short() {
				b.Skip("a million rooms take half a minute to write; run without -short")
			}
			store, perRoom := filled(b, rooms)
			storetest.BenchmarkPages(b, store, rooms, perRoom)
		})
	}
}

// filled returns a store of so many live sessions, and the bytes of memory of each.
// They are those of a store just opened: writing leaves buffers behind.
func filled(b *testing.B, rooms int) (store *boltstore.Store, perRoom float64) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "stream.db")
	writer := mustOpen(b, path, storetest.BenchConfig, storetest.BenchNow)
	storetest.Fill(b, writer, rooms)
	mustClose(b, writer)

	before := heap()
	store = mustOpen(b, path, storetest.BenchConfig, storetest.BenchNow)
	b.Cleanup(func() { mustClose(b, store) })
	return store, float64(heap()-before) / float64(rooms)
}

// heap returns the bytes in use. What finalizers and pools hold is freed by the
// second collection only.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
