package combine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"xiaozhibo.dev/libs/combine"
)

// Many callers with calls of every size, some of whom leave at any moment: each
// who stays gets exactly his own results, and no item is carried out twice.
func TestEveryCallerGetsExactlyItsOwnResults(t *testing.T) {
	const (
		callers  = 64
		calls    = 150
		maxItems = 16
		largest  = 20 // a call may be larger than a batch
	)
	times := map[int]int{} // how often each item was carried out; one batch at a time
	c := combine.New(combine.Options{Max: maxItems}, plain(func(_ context.Context, items []int) ([]int, error) {
		if len(items) > largest {
			t.Errorf("a batch of %d items", len(items))
		}
		for _, item := range items {
			times[item]++
		}
		return negated(items), nil
	}))

	var next atomic.Int64
	var answered sync.Map // items whose call succeeded
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(caller), 1))
			for range calls {
				items := make([]int, 1+random.IntN(largest))
				for i := range items {
					items[i] = int(next.Add(1))
				}
				ctx, leave := context.WithCancel(t.Context())
				if random.IntN(4) == 0 {
					go leave()
				}
				got, err := combine.All(c.Do(ctx, items...))
				switch {
				case errors.Is(err, context.Canceled):
				case err != nil || !reflect.DeepEqual(got, negated(items)):
					t.Errorf("Do(%v) = %v, %v", items, got, err)
				default:
					for _, item := range items {
						answered.Store(item, true)
					}
				}
				leave()
				clear(items) // they are the caller's own again
			}
		})
	}
	all.Wait()
	c.Close()

	for item := 1; item <= int(next.Load()); item++ {
		if _, ok := answered.Load(item); ok && times[item] != 1 || times[item] > 1 {
			t.Errorf("item %d was carried out %d times", item, times[item])
		}
	}
	if times[0] != 0 {
		t.Error("items were read after their caller had left")
	}
}
