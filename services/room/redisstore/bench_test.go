package redisstore_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/redisstore"
)

var day = room.Config{MemberTTL: 24 * time.Hour, MemberOrder: room.Oldest}

func entry(key members.Key, i int) members.Entry {
	return members.Entry{
		Room:     key,
		User:     fmt.Sprintf("user-%08d", i),
		Nickname: fmt.Sprintf("viewer %d", i),
		HeadPic:  fmt.Sprintf("http://pictures.example.com/%08d.png", i),
	}
}

func numbered(i int) members.Key {
	return members.Key{Name: fmt.Sprintf("live\x00anchor%d", i), Session: 1}
}

// BenchmarkEnter lets viewers into one hot room, and into a thousand.
func BenchmarkEnter(b *testing.B) {
	into := func(rooms int) func(b *testing.B, db *redisdb.DB) func(int) error {
		return func(b *testing.B, db *redisdb.DB) func(int) error {
			store := mustOpen(b, db, day)
			return func(i int) error {
				_, err := combine.All(store.Enter(b.Context(), []members.Entry{entry(numbered(i%rooms), i)}))
				return err
			}
		}
	}
	redistest.Compare(b, []string{"ZADD", "members", "__rand_int__", "user-__rand_int__"},
		redistest.Write{Name: "hot", Open: into(1)}, redistest.Write{Name: "thousand", Open: into(1000)})
}

// BenchmarkRoom shows what grows with a room and what does not. One enter is one
// of a batch of 256.
func BenchmarkRoom(b *testing.B) {
	for _, size := range []int{1e3, 1e5, 1e6} {
		if testing.Short() && size > 1e5 {
			continue
		}
		db := connect(b)
		store := mustOpen(b, db, day)
		perMember := float64(fill(b, db, store, size, func(i int) members.Entry { return entry(hall, i) })) / float64(size)

		b.Run(fmt.Sprintf("members=%d/enter", size), func(b *testing.B) {
			batch := make([]members.Entry, 256)
			for i := 0; b.Loop(); i++ {
				for j := range batch {
					batch[j] = entry(hall, size+i*len(batch)+j)
				}
				mustEnter(b, store, batch...)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch)), "ns/enter")
			b.ReportMetric(perMember, "B/member")
		})
		for _, depth := range []int{1, 10_000} {
			offset := min((depth-1)*20, size-20)
			b.Run(fmt.Sprintf("members=%d/page-at-%d", size, offset/20+1), func(b *testing.B) {
				query := []members.Query{{Room: hall, Offset: offset, Limit: 20}}
				for b.Loop() {
					if _, err := combine.All(store.Pages(b.Context(), query)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkRooms tells what a room with one member takes, and how long the sizes
// of one page of FetchList do.
func BenchmarkRooms(b *testing.B) {
	const rooms = 10_000
	db := connect(b)
	store := mustOpen(b, db, day)
	perRoom := float64(fill(b, db, store, rooms, func(i int) members.Entry { return entry(numbered(i), i) })) / rooms
	keys := make([]members.Key, 20)
	for i := range keys {
		keys[i] = numbered(i)
	}
	for b.Loop() {
		if _, err := combine.All(store.Sizes(b.Context(), keys)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(perRoom, "B/room")
}

func connect(b *testing.B) *redisdb.DB {
	b.Helper()
	return redistest.Connect(b, redisdb.Config{Addrs: config.StringList{redistest.Start(b).Addr()}}, nil)
}

// fill lets members in and returns the bytes they take.
func fill(b *testing.B, db *redisdb.DB, store *redisstore.Store, size int, member func(i int) members.Entry) int {
	b.Helper()
	mustEnter(b, store, entry(numbered(0), 0)) // the scripts take memory too
	before := used(b, db)
	const chunk = 512
	for first := 0; first < size; first += chunk {
		var entries []members.Entry
		for i := first; i < min(first+chunk, size); i++ {
			entries = append(entries, member(i))
		}
		if _, err := combine.All(store.Enter(context.WithoutCancel(b.Context()), entries)); err != nil {
			b.Fatal(err)
		}
	}
	return used(b, db) - before
}

// used is the memory that Redis uses.
func used(b *testing.B, db *redisdb.DB) int {
	b.Helper()
	info, err := db.Client().Info(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "used_memory:")
	text, _, _ := strings.Cut(rest, "\r\n")
	bytes, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}
