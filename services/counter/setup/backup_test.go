package setup_test

import (
	"context"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/store/backup/backuptest"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/counter/boltstore"
	"xiaozhibo.dev/services/counter/redisstore"
	"xiaozhibo.dev/services/counter/setup"
)

func TestARestoredStoreCountsAsTheOneBefore(t *testing.T) {
	now := time.Unix(1480000000, 0)
	clock := func() time.Time { return now }
	backuptest.EachWay(t, clock, func(t *testing.T, from, to func() backuptest.Place) {
		open := func(place *backuptest.Place) counter.Store {
			if place.DB != nil {
				store := redisstore.New(place.DB)
				t.Cleanup(func() { store.Close() })
				return store
			}
			store, err := boltstore.Open(filepath.Join(place.Dir, "counter.db"), clock, nil)
			if err != nil {
				t.Fatal(err)
			}
			place.File = store
			t.Cleanup(func() { store.Close() })
			return store
		}
		runs := 0
		rapid.Check(t, func(t *rapid.T) {
			if runs++; runs > 15 {
				return // each opens two stores
			}
			before, after := from(), to()
			one := open(&before)
			count(t, &now, one)
			backuptest.Move(t, setup.Kept(), before, after)
			count(t, &now, one, open(&after))
		})
	})
}

// count does the same to all stores, and wants the same answers of them.
func count(t *rapid.T, now *time.Time, stores ...counter.Store) {
	for range rapid.IntRange(0, 40).Draw(t, "steps") {
		a := counters.Addition{
			Key: counters.Key{
				Name:    rapid.SampledFrom([]string{"live\x00tom", "file\x00a}*{", "汤"}).Draw(t, "name"),
				Session: rapid.Int64Range(1, 3).Draw(t, "session"),
			},
			Delta:  rapid.Int64Range(-2, 9).Draw(t, "delta"),
			Sender: rapid.SampledFrom([]string{"s", "@t 1", "u"}).Draw(t, "sender"), Number: rapid.Int64Range(1, 9).Draw(t, "number"),
		}
		var want [2]any
		for i, s := range stores {
			got := [2]any{s.Add(context.Background(), []counters.Addition{a}), s.Get(context.Background(), []counters.Key{a.Key})}
			if i > 0 && !reflect.DeepEqual(got, want) {
				t.Fatalf("after %+v the restored store has %v, the one before %v", a, got, want)
			}
			want = got
		}
		*now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
	}
}
