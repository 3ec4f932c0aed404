package combine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

func TestAFailedBatchFailsItsOwnCallersOnly(t *testing.T) {
	errDisk := errors.New("disk on fire")
	tests := map[string]func(items []int) ([]int, error){
		"an error":         func([]int) ([]int, error) { return nil, errDisk },
		"a panic":          func([]int) ([]int, error) { panic("out of range") },
		"too few results":  func(items []int) ([]int, error) { return items[1:], nil },
		"too many results": func(items []int) ([]int, error) { return append(items, 0), nil },
		"no results":       func([]int) ([]int, error) { return nil, nil },
	}
	for name, fail := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHeld()
				c := combine.New(combine.Options{Max: 2}, plain(func(ctx context.Context, items []int) ([]int, error) {
					if items[0] != 1 {
						return h.run(ctx, items)
					}
					return fail(items)
				}))
				defer c.Close()

				before := do(t.Context(), c, 0)
				one, two := do(t.Context(), c, 1), do(t.Context(), c, 2)
				after := do(t.Context(), c, 3)
				h.letGo()
				wantResults(t, before, -0)
				for _, answered := range []<-chan answer{one, two} {
					got := <-answered
					if got.results != nil || apierr.CodeOf(got.err) != apierr.Internal {
						t.Errorf("Do = %v, %v; want an internal error", got.results, got.err)
					}
				}
				h.letGo()
				wantResults(t, after, -3)
			})
		})
	}
}

func TestAnErrorReachesItsCallersUnchanged(t *testing.T) {
	want := apierr.New(apierr.NotFound, "no such room")
	c := combine.New(combine.Options{Max: 10}, plain(func(context.Context, []int) ([]int, error) { return nil, want }))
	defer c.Close()

	if _, err := combine.All(c.Do(t.Context(), 1)); err != want { //nolint:errorlint // the very same error
		t.Errorf("Do: %v, want %v", err, want)
	}
}
