package quota_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/quota"
)

var start = time.Unix(1480000000, 0)

type taker interface{ Take(key string) bool }

func takes(t *testing.T, q taker, key string, want bool) {
	t.Helper()
	if got := q.Take(key); got != want {
		t.Errorf("Take(%s) is %v, want %v", key, got, want)
	}
}

func TestABucketIsEmptiedAtOnceAndFillsEvenly(t *testing.T) {
	clock := clock{start}
	b := quota.NewBuckets[string](quota.Limits{Max: 3, Window: time.Minute, Keys: 100}, clock.now)
	for range 3 {
		takes(t, b, "a", true)
	}
	takes(t, b, "a", false)
	takes(t, b, "b", true) // another has a bucket of its own
	clock.at = clock.at.Add(20*time.Second - 1)
	takes(t, b, "a", false)
	clock.at = clock.at.Add(1)
	takes(t, b, "a", true)
	takes(t, b, "a", false)
	clock.at = clock.at.Add(time.Hour) // no more than are in a bucket
	for range 3 {
		takes(t, b, "a", true)
	}
	takes(t, b, "a", false)
}

func TestATokenThatIsReturnedMayBeTakenAgain(t *testing.T) {
	clock := clock{start}
	b := quota.NewBuckets[string](quota.Limits{Max: 2, Window: time.Minute, Keys: 100}, clock.now)
	b.Return("a") // nothing was taken
	takes(t, b, "a", true)
	takes(t, b, "a", true)
	b.Return("a")
	takes(t, b, "a", true)
	takes(t, b, "a", false)
	clock.at = clock.at.Add(time.Hour)
	b.Return("a")
	takes(t, b, "a", true)
	takes(t, b, "a", true)
	takes(t, b, "a", false)
	(*quota.Buckets[string])(nil).Return("a")
}

// Whatever a maximum divides its window into.
func TestABucketHasExactlyItsMaximum(t *testing.T) {
	for _, most := range []int{1, 7, 60, 1000, 299_993} {
		clock := clock{start}
		b := quota.NewBuckets[string](quota.Limits{Max: most, Window: time.Minute, Keys: 1}, clock.now)
		taken := 0
		for b.Take("a") {
			taken++
		}
		if taken != most {
			t.Errorf("%d of %d were taken", taken, most)
		}
	}
}

func TestThoseWhoTakeAtOnceShareABucket(t *testing.T) {
	clock := clock{start}
	b := quota.NewBuckets[string](quota.Limits{Max: 1000, Window: time.Hour, Keys: 100}, clock.now)
	var taken atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 500 {
				if b.Take("a") {
					taken.Add(1)
				}
			}
		})
	}
	group.Wait()
	if taken.Load() != 1000 {
		t.Errorf("%d were taken", taken.Load())
	}
}

func TestAFloodOfMadeUpKeysFreesNobodyWhoIsAtTheLimit(t *testing.T) {
	clock := clock{start}
	b := quota.NewBuckets[string](quota.Limits{Max: 5, Window: time.Hour, Keys: 10_000}, clock.now)
	for range 5 {
		takes(t, b, "a", true)
	}
	for i := range 200_000 {
		takes(t, b, fmt.Sprint("made up ", i), true)
	}
	takes(t, b, "a", false)
}

func TestWithoutAMaximumNothingIsCounted(t *testing.T) {
	b := quota.NewBuckets[string](quota.Limits{Window: time.Hour, Keys: 1}, time.Now)
	d := quota.NewDistinct[string, int](quota.Limits{Window: time.Hour, Keys: 1}, quota.Elements{}, time.Now)
	for i := range 100 {
		if !b.Take("a") || d.Take("a", i) == quota.Refused {
			t.Fatal("refused")
		}
	}
}

func BenchmarkTake(bench *testing.B) {
	b := quota.NewBuckets[string](quota.Limits{Max: 1 << 30, Window: time.Hour, Keys: 100_000}, time.Now)
	bench.ReportAllocs()
	bench.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			b.Take("198.51.100.7")
		}
	})
}
