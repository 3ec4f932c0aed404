package combine_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"xiaozhibo.dev/libs/combine"
)

func TestACallerWhoLeavesBeforeItsBatchIsNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 10}, plain(h.run))
		defer c.Close()
		impatient, leave := context.WithCancel(t.Context())

		do(t.Context(), c, 0)
		gone, stays := do(impatient, c, 1), do(t.Context(), c, 2)
		leave()
		synctest.Wait()
		wantError(t, gone, context.Canceled)

		h.letGo()
		h.letGo()
		wantBatches(t, h, []int{0}, []int{2})
		wantResults(t, stays, -2)
	})
}

// late has ended, but whoever waits for it has not been woken yet.
type late struct {
	context.Context
	ended bool
}

func (l *late) Err() error {
	if l.ended {
		return context.DeadlineExceeded
	}
	return l.Context.Err()
}

func TestACallerWhoIsAboutToLeaveIsNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 10}, plain(h.run))
		defer c.Close()
		parent, leave := context.WithCancel(t.Context())
		impatient := &late{Context: parent}

		do(t.Context(), c, 0)
		do(impatient, c, 1)
		do(t.Context(), c, 2)
		impatient.ended = true
		h.letGo()
		wantBatches(t, h, []int{0}, []int{2})
		leave()
		h.letGo()
	})
}

func TestACallerWhoLeavesItsBatchDoesNotHarmIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 10}, plain(h.run))
		defer c.Close()
		impatient, leave := context.WithCancel(t.Context())

		do(t.Context(), c, 0)
		gone, stays := do(impatient, c, 1), do(t.Context(), c, 2)
		h.letGo()
		wantBatches(t, h, []int{0}, []int{1, 2})
		leave()
		synctest.Wait()
		wantError(t, gone, context.Canceled)

		h.letGo()
		wantResults(t, stays, -2)
	})
}

func TestACallerLeavesAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 10}, plain(h.run))
		defer c.Close()

		do(t.Context(), c, 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		gone := do(ctx, c, 1)
		<-ctx.Done()
		synctest.Wait()
		wantError(t, gone, context.DeadlineExceeded)
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("waited %v", waited)
		}
		h.letGo()
	})
}

func TestTheQueueForgetsACallerWhoLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		c := combine.New(combine.Options{Max: 10}, plain(func(_ context.Context, items []*[1 << 20]byte) ([]struct{}, error) {
			<-gate
			return make([]struct{}, len(items)), nil
		}))
		defer c.Close()
		defer close(gate)
		impatient, leave := context.WithCancel(t.Context())

		go c.Do(t.Context(), nil) // keeps the combiner busy
		synctest.Wait()
		left := make(chan weak.Pointer[[1 << 20]byte], 1)
		go func() {
			item := new([1 << 20]byte)
			_, err := combine.All(c.Do(impatient, item))
			if err == nil {
				t.Error("a call was carried out behind a batch that does not end")
			}
			left <- weak.Make(item)
		}()
		synctest.Wait()
		leave()
		item := <-left
		runtime.GC()
		if item.Value() != nil {
			t.Error("the items of a caller who left stay in memory")
		}
	})
}

func TestABatchLivesAsLongAsItsMostPatientCaller(t *testing.T) {
	tests := map[string]struct {
		timeouts []time.Duration // 0 is none
		want     time.Duration
	}{
		"the longest of several": {[]time.Duration{time.Second, 3 * time.Second, 2 * time.Second}, 3 * time.Second},
		"none has a deadline":    {[]time.Duration{0, 0}, 10 * time.Second},
		"some have a deadline":   {[]time.Duration{time.Second, 0}, 10 * time.Second},
		"one is very patient":    {[]time.Duration{time.Minute, 0}, time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var lives time.Duration
				gate := make(chan struct{})
				c := combine.New(combine.Options{Max: 10}, plain(func(ctx context.Context, items []int) ([]int, error) {
					<-gate
					deadline, ok := ctx.Deadline()
					if lives = time.Until(deadline); !ok {
						t.Error("a batch has no deadline")
					}
					return items, nil
				}))
				defer c.Close()

				do(t.Context(), c, 0)
				for _, timeout := range test.timeouts {
					ctx := t.Context()
					if timeout > 0 {
						limited, cancel := context.WithTimeout(ctx, timeout)
						t.Cleanup(cancel)
						ctx = limited
					}
					do(ctx, c, 1)
				}
				close(gate)
				synctest.Wait()
				if lives != test.want {
					t.Errorf("the batch may take %v, want %v", lives, test.want)
				}
			})
		})
	}
}
