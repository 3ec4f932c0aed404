package combine_test

import (
	"context"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/combine"
)

func TestWhatABatchHasNotComeToStandsFirstInTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld()
		c := combine.New(combine.Options{Max: 10, Parts: true}, plain(func(ctx context.Context, items []int) ([]int, error) {
			results, err := h.run(ctx, items)
			return results[:min(2, len(results))], err
		}))
		defer c.Close()
		impatient, leave := context.WithCancel(t.Context())

		do(t.Context(), c, 0)
		one, two, three := do(t.Context(), c, 1), do(t.Context(), c, 2), do(t.Context(), c, 3)
		gone, four := do(impatient, c, 9), do(t.Context(), c, 4)
		h.letGo()
		five := do(t.Context(), c, 5)
		h.letGo()
		wantResults(t, one, -1)
		wantResults(t, two, -2)
		wantBatches(t, h, []int{0}, []int{1, 2, 3, 9, 4}, []int{3, 9, 4, 5})
		leave() // while it is in a batch that does not come to it
		synctest.Wait()
		wantError(t, gone, context.Canceled)
		h.letGo()
		wantResults(t, three, -3)
		h.letGo()
		wantResults(t, four, -4)
		wantResults(t, five, -5)
		wantBatches(t, h, []int{0}, []int{1, 2, 3, 9, 4}, []int{3, 9, 4, 5}, []int{4, 5})
	})
}

func TestABatchInPartsComesToOneItemAtLeast(t *testing.T) {
	c := combine.New(combine.Options{Max: 10, Parts: true}, func(context.Context, []int) []combine.Result[int] { return nil })
	defer c.Close()
	if got := c.Do(t.Context(), 1); len(got) != 1 || got[0].Err == nil {
		t.Errorf("got %v, want an error", got)
	}
}
