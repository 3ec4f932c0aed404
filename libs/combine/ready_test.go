package combine_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"xiaozhibo.dev/libs/combine"
)

func TestCallersThatAreReadyShareABatchThatWaitsForNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	batches := 0
	c := combine.New(combine.Options{Max: 100}, plain(func(_ context.Context, items []int) ([]int, error) {
		batches++
		return items, nil
	}))
	const callers = 64
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			if _, err := combine.All(c.Do(t.Context(), i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	c.Close()
	if batches > callers/4 { // the scheduler may part them now and then
		t.Errorf("%d callers took %d batches", callers, batches)
	}
}
