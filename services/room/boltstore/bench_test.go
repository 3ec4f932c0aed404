package boltstore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile/boltbench"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/boltstore"
)

var hot = members.Key{Name: "live\x00anchor", Session: 1}

func entry(i int) members.Entry {
	return members.Entry{
		Room:     hot,
		User:     fmt.Sprintf("user-%08d", i),
		Nickname: fmt.Sprintf("viewer %d", i),
		HeadPic:  fmt.Sprintf("http://pictures.example.com/%08d.png", i),
	}
}

// BenchmarkEnter lets viewers into one room; bare bbolt writes one record under
// a key of its own.
func BenchmarkEnter(b *testing.B) {
	boltbench.Compare(b,
		func(b *testing.B) func(int) error {
			store := fill(b, 0)
			return func(i int) error {
				_, err := combine.All(store.Enter(b.Context(), []members.Entry{entry(i)}))
				return err
			}
		},
		func(i int, tx *bbolt.Tx) error {
			one := entry(i)
			return tx.Bucket(boltbench.Bucket).Put([]byte(one.User), []byte(one.Nickname+one.HeadPic))
		})
}

// BenchmarkRoom shows what grows with a room and what does not. One enter is one
// of a batch of 256, so that the fsync does not hide its cost.
func BenchmarkRoom(b *testing.B) {
	for _, size := range []int{1e3, 1e5, 1e6} {
		if testing.Short() && size > 1e5 {
			continue
		}
		before := heap()
		store := fill(b, size)
		perMember := float64(heap()-before) / float64(size)

		b.Run(fmt.Sprintf("members=%d/enter", size), func(b *testing.B) {
			batch := make([]members.Entry, 256)
			for i := 0; b.Loop(); i++ {
				for j := range batch {
					batch[j] = entry(size + i*len(batch) + j)
				}
				if _, err := combine.All(store.Enter(b.Context(), batch)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch)), "ns/enter")
			b.ReportMetric(perMember, "B/member")
		})
		for _, depth := range []int{1, 10_000} {
			offset := min((depth-1)*20, size-20)
			b.Run(fmt.Sprintf("members=%d/page-at-%d", size, offset/20+1), func(b *testing.B) {
				query := []members.Query{{Room: hot, Offset: offset, Limit: 20}}
				for b.Loop() {
					if _, err := combine.All(store.Pages(b.Context(), query)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// fill returns a store with one room of size members.
func fill(b *testing.B, size int) *boltstore.Store {
	b.Helper()
	config := room.Config{MemberTTL: 24 * time.Hour, MemberOrder: room.Oldest}
	store := mustOpen(b, filepath.Join(b.TempDir(), "room.db"), config, time.Now)
	b.Cleanup(func() { mustClose(b, store) })
	const chunk = 10_000
	for first := 0; first < size; first += chunk {
		var entries []members.Entry
		for i := first; i < min(first+chunk, size); i++ {
			entries = append(entries, entry(i))
		}
		if _, err := combine.All(store.Enter(context.WithoutCancel(b.Context()), entries)); err != nil {
			b.Fatal(err)
		}
	}
	return store
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
