package quota_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/quota"
)

func newDistinct(most int, elements quota.Elements, clock *clock) *quota.Distinct[string, string] {
	return quota.NewDistinct[string, string](quota.Limits{Max: most, Window: time.Hour, Keys: 100}, elements, clock.now)
}

func comes(t *testing.T, d *quota.Distinct[string, string], key, element string, want bool) {
	t.Helper()
	if got := d.Take(key, element) != quota.Refused; got != want {
		t.Errorf("Take(%s, %s) is %v, want %v", key, element, got, want)
	}
}

func TestAKeyPaysForEachElementOnce(t *testing.T) {
	clock := &clock{start}
	d := newDistinct(2, quota.Elements{Free: time.Hour, Keys: 1000}, clock)
	for range 3 {
		comes(t, d, "home", "tom", true)
		comes(t, d, "home", "ann", true)
	}
	comes(t, d, "home", "bob", false)
	comes(t, d, "home", "bob", false) // what was refused is not known
	comes(t, d, "office", "bob", true)

	clock.at = clock.at.Add(30 * time.Minute)
	comes(t, d, "home", "tom", true) // who stays known as long as he comes
	comes(t, d, "home", "bob", true)
	comes(t, d, "home", "eve", false)
	clock.at = clock.at.Add(45 * time.Minute)
	comes(t, d, "home", "tom", true)
	comes(t, d, "home", "eve", true)
	comes(t, d, "home", "ann", false) // who has been away for too long
}

func TestOnlyOneRepeatIsFreeWhereItIsToBeARetry(t *testing.T) {
	clock := &clock{start}
	d := newDistinct(3, quota.Elements{Free: 30 * time.Second, Once: true, Keys: 1000}, clock)
	for range 3 {
		comes(t, d, "tom", "online", true)
		comes(t, d, "tom", "online", true)
	}
	comes(t, d, "tom", "online", false)
	comes(t, d, "tom", "offline", false)
}

func TestAnElementThatIsReturnedHasNeverComeAndCostsNothing(t *testing.T) {
	clock := &clock{start}
	d := newDistinct(1, quota.Elements{Free: time.Hour, Keys: 1000}, clock)
	for range 5 {
		if got := d.Take("home", "tom"); got != quota.Paid {
			t.Fatalf("the charge is %v, want a token", got)
		}
		d.Return("home", "tom", quota.Paid)
	}
	comes(t, d, "home", "ann", true)
	comes(t, d, "home", "tom", false)
}

func TestAnElementThatWasFreeIsKnownAfterItsReturnToo(t *testing.T) {
	clock := &clock{start}
	d := newDistinct(1, quota.Elements{Free: time.Hour, Keys: 1000}, clock)
	comes(t, d, "home", "tom", true)
	if got := d.Take("home", "tom"); got != quota.Free {
		t.Fatalf("the charge is %v, want none", got)
	}
	d.Return("home", "tom", quota.Free)
	comes(t, d, "home", "tom", true)
	comes(t, d, "home", "ann", false) // no token has come back
}

func TestARepeatThatComesTooLateIsNoRetry(t *testing.T) {
	clock := &clock{start}
	d := newDistinct(1, quota.Elements{Free: 30 * time.Second, Once: true, Keys: 1000}, clock)
	comes(t, d, "tom", "online", true)
	clock.at = clock.at.Add(30 * time.Second)
	comes(t, d, "tom", "online", false)
}

func TestOfOneElementThatComesTwiceAtOnceOnePays(t *testing.T) {
	clock := &clock{start}
	for round := range 200 {
		d := newDistinct(1, quota.Elements{Free: time.Hour, Keys: 1000}, clock)
		var through atomic.Int32
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if d.Take("home", fmt.Sprint(round)) != quota.Refused {
					through.Add(1)
				}
			})
		}
		group.Wait()
		if through.Load() != 4 {
			t.Fatalf("%d of 4 came through", through.Load())
		}
	}
}

func TestWhoWasLongestAwayIsForgottenFirst(t *testing.T) {
	clock := &clock{start}
	d := newDistinct(9, quota.Elements{Free: time.Hour, Keys: 8}, clock) // all in one set
	for i := range 8 {
		comes(t, d, "home", fmt.Sprint(i), true)
		clock.at = clock.at.Add(time.Second)
	}
	comes(t, d, "home", "0", true)
	comes(t, d, "home", "new", true) // the ninth, in the place of 1
	comes(t, d, "home", "0", true)
	comes(t, d, "home", "1", false)
}
