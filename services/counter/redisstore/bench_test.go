package redisstore_test

import (
	"fmt"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/counter"
)

// BenchmarkLike counts likes of one hot room, and of a thousand.
func BenchmarkLike(b *testing.B) {
	of := func(rooms int) func(b *testing.B, db *redisdb.DB) func(int) error {
		return func(b *testing.B, db *redisdb.DB) func(int) error {
			service := counter.New(mustOpen(b, db), time.Now)
			return func(i int) error {
				like := counters.Addition{Key: counters.Key{Name: fmt.Sprint("room", i%rooms), Session: 1}, Delta: 1}
				_, err := combine.All(service.Add(b.Context(), []counters.Addition{like}))
				return err
			}
		}
	}
	redistest.Compare(b, []string{"INCR", "likes"},
		redistest.Write{Name: "hot", Open: of(1)}, redistest.Write{Name: "thousand", Open: of(1000)})
}
