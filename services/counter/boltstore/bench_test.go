package boltstore_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile/boltbench"
	"xiaozhibo.dev/services/counter"
)

// BenchmarkLike counts likes of one hot room; bare bbolt reads, adds one and
// writes under one key.
func BenchmarkLike(b *testing.B) {
	like := []counters.Addition{{Key: counters.Key{Name: "hot", Session: 1}, Delta: 1}}
	boltbench.Compare(b,
		func(b *testing.B) func(int) error {
			service := counter.New(open(b), time.Now)
			return func(int) error {
				_, err := combine.All(service.Add(b.Context(), like))
				return err
			}
		},
		func(_ int, tx *bbolt.Tx) error {
			likes := tx.Bucket(boltbench.Bucket)
			var count uint64
			if raw := likes.Get([]byte("hot")); raw != nil {
				count = binary.BigEndian.Uint64(raw)
			}
			return likes.Put([]byte("hot"), binary.BigEndian.AppendUint64(nil, count+1))
		})
}

// BenchmarkGet reads the likes of one page of FetchList.
func BenchmarkGet(b *testing.B) {
	service := counter.New(open(b), time.Now)
	keys := make([]counters.Key, 20)
	for i := range keys {
		keys[i] = counters.Key{Name: fmt.Sprint("room", i), Session: 1}
		if _, err := combine.All(service.Add(b.Context(), []counters.Addition{{Key: keys[i], Delta: 1}})); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := combine.All(service.Get(b.Context(), keys)); err != nil {
			b.Fatal(err)
		}
	}
}
