package combine_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/deadline"
)

// Every caller has a time of its own; the first batch hangs for longer than any of them.
func TestEachPatientCallerLeavesAtItsTimeWithoutATimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := make(chan struct{})
		var ran []int
		c := combine.New(combine.Options{Max: 1}, plain(func(_ context.Context, items []int) ([]int, error) {
			ran = append(ran, items...)
			<-hangs
			return items, nil
		}))
		var callers sync.WaitGroup
		for i, seconds := range []int{3, 1, 4, 2, 5} {
			callers.Go(func() {
				began, patience := time.Now(), time.Duration(seconds)*time.Second
				ctx, free := deadline.Only(began.Add(patience))
				defer free()
				if _, err := combine.One(c.Do(ctx, i)); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != patience {
					t.Errorf("a caller with %v left after %v with %v", patience, time.Since(began), err)
				}
				if !deadline.IsOnly(ctx) {
					t.Error("its context has a timer")
				}
			})
			synctest.Wait() // so that the first is in the batch, and the others wait
		}
		callers.Wait()
		close(hangs)
		synctest.Wait()
		if len(ran) != 1 {
			t.Errorf("%v were carried out, want the first alone", ran)
		}
		ctx, free := deadline.Only(time.Now().Add(time.Second))
		defer free()
		if got, err := combine.One(c.Do(ctx, 7)); got != 7 || err != nil {
			t.Errorf("later: %d, %v", got, err)
		}
		c.Close()
	})
}

func TestAPatientCallerIsAnsweredThoughOthersRunOutOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := combine.New(combine.Options{Max: 10, Parts: true}, func(_ context.Context, items []int) []combine.Result[int] {
			<-time.After(time.Second)
			return combine.OK(items[:1]) // one after the other
		})
		var callers sync.WaitGroup
		var mu sync.Mutex
		answered := 0
		for i := range 6 {
			callers.Go(func() {
				ctx, free := deadline.Only(time.Now().Add(3500 * time.Millisecond))
				defer free()
				got, err := combine.One(c.Do(ctx, i))
				mu.Lock()
				defer mu.Unlock()
				if err == nil && got == i {
					answered++
				} else if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("caller %d: %d, %v", i, got, err)
				}
			})
		}
		callers.Wait()
		if answered != 3 {
			t.Errorf("%d are answered in time, want 3", answered)
		}
		c.Close()
	})
}
