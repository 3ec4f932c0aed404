package quota_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/quota"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func take(t *testing.T, q *quota.Quota[string], key string, want bool) {
	t.Helper()
	if got := q.Take(key); got != want {
		t.Errorf("Take(%s) is %v, want %v", key, got, want)
	}
}

func TestAKeyHasItsMaximumInAWindow(t *testing.T) {
	clock := clock{time.Unix(1480000000, 0)}
	q := quota.New[string](quota.Limits{Max: 2, Window: time.Hour, Keys: 10}, clock.now)
	take(t, q, "a", true)
	take(t, q, "a", true)
	take(t, q, "a", false)
	take(t, q, "b", true) // another has his own
	clock.at = clock.at.Add(time.Hour - 1)
	take(t, q, "a", false)
	clock.at = clock.at.Add(1)
	take(t, q, "a", true)
	take(t, q, "a", true)
	take(t, q, "a", false)
}

func TestWhatIsReturnedMayBeTakenAgain(t *testing.T) {
	clock := clock{time.Unix(1480000000, 0)}
	q := quota.New[string](quota.Limits{Max: 1, Window: time.Hour, Keys: 10}, clock.now)
	q.Return("a") // nothing was taken
	take(t, q, "a", true)
	take(t, q, "a", false)
	q.Return("a")
	q.Return("a")
	take(t, q, "a", true)
	take(t, q, "a", false)
	clock.at = clock.at.Add(time.Hour)
	q.Return("a") // its window has ended
	take(t, q, "a", true)
	take(t, q, "a", false)
}

func TestTheNumberOfKeysIsBounded(t *testing.T) {
	clock := clock{time.Unix(1480000000, 0)}
	q := quota.New[string](quota.Limits{Max: 1, Window: time.Hour, Keys: 2}, clock.now)
	for _, key := range []string{"a", "b"} {
		take(t, q, key, true)
		clock.at = clock.at.Add(time.Minute)
	}
	take(t, q, "a", false)
	take(t, q, "c", true) // a, the oldest, begins anew
	take(t, q, "b", false)
	take(t, q, "a", true)
}

func TestWithoutAMaximumThereIsNoLimit(t *testing.T) {
	q := quota.New[string](quota.Limits{Window: time.Hour, Keys: 1}, time.Now)
	for range 100 {
		take(t, q, "a", true)
	}
	q.Return("a")
}

func TestThoseWhoTakeAtOnceShareTheMaximum(t *testing.T) {
	q := quota.New[string](quota.Limits{Max: 100, Window: time.Hour, Keys: 1}, time.Now)
	var taken atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if q.Take("a") {
					taken.Add(1)
				}
			}
		})
	}
	group.Wait()
	if taken.Load() != 100 {
		t.Errorf("%d were taken", taken.Load())
	}
}
