package combine_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/combine"
)

func TestCloseCarriesOutWhatHasBeenAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 1}, plain(h.run))
		first, second, third := do(t.Context(), c, 1), do(t.Context(), c, 2), do(t.Context(), c, 3)

		closed := make(chan struct{})
		go func() { c.Close(); close(closed) }()
		synctest.Wait()
		wantError(t, do(t.Context(), c, 4), combine.ErrClosed)
		h.letGo()
		h.letGo()
		select {
		case <-closed:
			t.Error("closed with a batch under way")
		default:
		}
		h.letGo()
		<-closed
		wantResults(t, first, -1)
		wantResults(t, second, -2)
		wantResults(t, third, -3)
	})
}

func TestACallAfterCloseIsRefused(t *testing.T) {
	c := combine.New(combine.Options{Max: 10}, plain(func(_ context.Context, items []int) ([]int, error) { return items, nil }))
	c.Close()
	c.Close() // a second time does nothing
	if got, err := combine.All(c.Do(t.Context(), 1)); got != nil || !errors.Is(err, combine.ErrClosed) {
		t.Errorf("Do = %v, %v; want %v", got, err, combine.ErrClosed)
	}
}

func TestEveryCallThatRacesWithCloseIsAnswered(t *testing.T) {
	for range 100 {
		c := combine.New(combine.Options{Max: 4}, plain(func(_ context.Context, items []int) ([]int, error) { return negated(items), nil }))
		var callers sync.WaitGroup
		for i := range 16 {
			callers.Go(func() {
				got, err := combine.All(c.Do(t.Context(), i))
				if errors.Is(err, combine.ErrClosed) {
					return
				}
				if err != nil || !reflect.DeepEqual(got, []int{-i}) {
					t.Errorf("Do(%d) = %v, %v", i, got, err)
				}
			})
		}
		for range 2 {
			callers.Go(c.Close)
		}
		callers.Wait()
	}
}
