package setup_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/counter/boltstore"
	"xiaozhibo.dev/services/counter/redisstore"
	"xiaozhibo.dev/services/counter/storetest"
)

// The rule of a counter is written twice: counter.Value, which the bbolt store runs on,
// and add.lua. Here both live through the same histories, beside the rule alone.
func TestTheRuleOfACounterIsTheSameInGoAndInLua(t *testing.T) {
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		clock := &clocktest.Clock{}
		clock.Move(1_480_000_000 * time.Second)
		bolt, err := boltstore.Open(filepath.Join(t.TempDir(), "counter.db"), clock.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		redis := redisstore.New(open(t, redistest.Prefix(), clock.Now))
		run := 0
		rapid.Check(t, func(t *rapid.T) {
			run++ // histories have counters of their own
			rule := map[string]*storetest.Counter{}
			for range rapid.IntRange(1, 20).Draw(t, "steps") {
				clock.Move(time.Duration(rapid.IntRange(0, 40_000).Draw(t, "ms")) * time.Millisecond)
				if rapid.IntRange(0, 30).Draw(t, "rarely") == 0 {
					clock.Move(session.KeptFor - time.Minute)
				}
				additions := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) counters.Addition { return drawAddition(t, run, clock) }), 1, 6).Draw(t, "additions")
				compare(t, clock, rule, additions, bolt, redis)
			}
		})
		if err := errors.Join(redis.Close(), bolt.Close()); err != nil {
			t.Error(err)
		}
	})
}

// A new sender takes the place of those gone, also of one whose mark the same call has read.
func TestASenderIsForgottenWithinACall(t *testing.T) {
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		clock := &clocktest.Clock{}
		clock.Move(1_480_000_000 * time.Second)
		redis := redisstore.New(open(t, redistest.Prefix(), clock.Now))
		rule := map[string]*storetest.Counter{}
		add := func(delta int64, sender string, number int64) counters.Addition {
			return counters.Addition{Key: counters.Key{Name: "n", Session: 1_480_000_000_000}, Delta: delta, Sender: sender, Number: number}
		}
		compare(t, clock, rule, []counters.Addition{add(5, "gone", 9)}, redis)
		clock.Move(counters.SenderTTL)
		compare(t, clock, rule, []counters.Addition{add(1, "gone", 4), add(1, "new", 1), add(1, "gone", 8)}, redis)
		if err := redis.Close(); err != nil {
			t.Error(err)
		}
	})
}

// drawAddition draws an addition to one of two counters. It has a sender, as all have
// that come over the wire: a store may give one to those that have none.
func drawAddition(t *rapid.T, run int, clock *clocktest.Clock) counters.Addition {
	return counters.Addition{
		Key: counters.Key{
			Name:    fmt.Sprintf("%d %s", run, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")),
			Session: clock.Now().UnixMilli()/600_000*600_000 + rapid.SampledFrom([]int64{0, 0, 1, (20 * time.Hour).Milliseconds()}).Draw(t, "session"),
		},
		Delta:  rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64()).Draw(t, "delta"),
		Sender: rapid.SampledFrom([]string{"s", "@t 1", "u"}).Draw(t, "sender"), Number: rapid.Int64Range(1, 9).Draw(t, "number"),
	}
}

// compare makes the additions in all stores and with the rule, and compares what is reached
// and what is read afterwards.
func compare(t rapid.TB, clock *clocktest.Clock, rule map[string]*storetest.Counter, additions []counters.Addition, stores ...counter.Store) {
	want, reads, keys := make([]int64, len(additions)), make([]int64, len(additions)), make([]counters.Key, len(additions))
	for i, a := range additions {
		if rule[a.Key.Name] == nil {
			rule[a.Key.Name] = &storetest.Counter{}
		}
		want[i] = rule[a.Key.Name].Add(a, clock.Now().UnixMilli())
		keys[i] = a.Key
	}
	for i, key := range keys {
		reads[i] = rule[key.Name].Get(key.Session, clock.Now().UnixMilli())
	}
	for _, s := range stores {
		got, err := combine.All(s.Add(context.Background(), additions))
		read, err2 := combine.All(s.Get(context.Background(), keys))
		if err := errors.Join(err, err2); err != nil || fmt.Sprint(got, read) != fmt.Sprint(want, reads) {
			t.Fatalf("after %+v %T has %d and then %d, %v, the rule %d and %d", additions, s, got, read, err, want, reads)
		}
	}
}
