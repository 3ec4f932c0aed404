package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/clocktest"
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
			store := fill(b, 0, time.Now)
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
		clock, before := &clocktest.Clock{}, heap()
		store := fill(b, size, clock.Now)
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
		b.Run(fmt.Sprintf("members=%d/enter-quit", size), func(b *testing.B) {
			in, out := make([]members.Entry, 256), make([]members.Exit, 256)
			for i := range in {
				in[i] = entry(i * size / len(in))
				in[i].User += " who leaves"
				out[i] = members.Exit{Room: in[i].Room, User: in[i].User}
			}
			for b.Loop() {
				_, err := combine.All(store.Enter(b.Context(), in))
				_, err2 := combine.All(store.Quit(b.Context(), out))
				if err := errors.Join(err, err2); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N*len(in)), "ns/write")
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
		b.Run(fmt.Sprintf("members=%d/all-due", size), func(b *testing.B) { leave(b, store, clock) })
	}
}

// leave lets all members be due at once. While they are, somebody else enters and looks at
// the room, again and again; then they are swept.
func leave(b *testing.B, store *boltstore.Store, clock *clocktest.Clock) {
	sizes, err := combine.All(store.Sizes(b.Context(), []members.Key{hot}))
	if err != nil {
		b.Fatal(err)
	}
	clock.Move(24 * time.Hour)
	for b.Loop() {
		_, err := combine.All(store.Enter(b.Context(), []members.Entry{{Room: hot, User: "other"}}))
		page, err2 := combine.One(store.Pages(b.Context(), []members.Query{{Room: hot, Limit: 20}}))
		if err := errors.Join(err, err2); err != nil || page.Total != 1 {
			b.Fatal(page, err)
		}
	}
	began := time.Now()
	if err := store.Sweep(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(sizes[0]), "ns/expired")
}

// fill returns a store with one room of size members.
func fill(b *testing.B, size int, now func() time.Time) *boltstore.Store {
	b.Helper()
	config := room.Config{MemberTTL: 24 * time.Hour, MemberOrder: room.Oldest}
	store := mustOpen(b, filepath.Join(b.TempDir(), "room.db"), config, now)
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
