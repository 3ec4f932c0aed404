package combine_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/combine"
)

func TestResultsComeInTheOrderOfTheItems(t *testing.T) {
	c := combine.New(combine.Options{Max: 10}, plain(func(_ context.Context, items []int) ([]int, error) { return negated(items), nil }))
	defer c.Close()

	got, err := combine.All(c.Do(t.Context(), 3, 1, 2))
	if want := []int{-3, -1, -2}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Do = %v, %v; want %v", got, err, want)
	}
}

func TestCallsDuringABatchBecomeTheNextOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 10}, plain(h.run))
		defer c.Close()

		first := do(t.Context(), c, 1)
		second, third := do(t.Context(), c, 2), do(t.Context(), c, 3, 4)
		wantBatches(t, h, []int{1})

		h.letGo()
		wantResults(t, first, -1)
		wantBatches(t, h, []int{1}, []int{2, 3, 4})

		h.letGo()
		wantResults(t, second, -2)
		wantResults(t, third, -3, -4)
	})
}

func TestABatchHoldsNoMoreThanTheMaximum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 3}, plain(h.run))
		defer c.Close()

		do(t.Context(), c, 0)
		for i := 1; i <= 7; i++ {
			do(t.Context(), c, i)
		}
		for range 4 {
			h.letGo()
		}
		wantBatches(t, h, []int{0}, []int{1, 2, 3}, []int{4, 5, 6}, []int{7})
	})
}

func TestACallIsNeverDivided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 3}, plain(h.run))
		defer c.Close()

		do(t.Context(), c, 0)
		do(t.Context(), c, 1, 2)
		do(t.Context(), c, 3, 4)
		large := do(t.Context(), c, 5, 6, 7, 8)
		do(t.Context(), c, 9)
		for range 5 {
			h.letGo()
		}
		wantBatches(t, h, []int{0}, []int{1, 2}, []int{3, 4}, []int{5, 6, 7, 8}, []int{9})
		wantResults(t, large, -5, -6, -7, -8)
	})
}

func TestAReadNeverJoinsABatchThatBeganBeforeItArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stored := 1
		gate := make(chan struct{})
		c := combine.New(combine.Options{Max: 10}, plain(func(_ context.Context, items []int) ([]int, error) {
			seen := stored
			<-gate
			return []int{seen}, nil
		}))
		defer c.Close()

		early := do(t.Context(), c, 0)
		stored = 2 // acknowledged while the early read is under way
		late := do(t.Context(), c, 0)
		close(gate)
		synctest.Wait()
		wantResults(t, early, 1)
		wantResults(t, late, 2)
	})
}

func TestAnIdleCombinerAddsNoDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := combine.New(combine.Options{Max: 10}, plain(func(_ context.Context, items []int) ([]int, error) { return items, nil }))
		defer c.Close()

		start := time.Now()
		if _, err := combine.All(c.Do(t.Context(), 1)); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestACallWithNothingToDoRunsNothing(t *testing.T) {
	c := combine.New(combine.Options{Max: 10}, plain(func(context.Context, []int) ([]int, error) {
		t.Error("a batch was run")
		return nil, nil
	}))
	defer c.Close()

	if got, err := combine.All(c.Do(t.Context())); got != nil || err != nil {
		t.Errorf("without items: %v, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := combine.All(c.Do(ended, 1)); got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v, %v", got, err)
	}
}
