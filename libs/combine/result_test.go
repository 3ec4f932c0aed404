package combine_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

var errOdd = apierr.New(apierr.Storage, "odd")

// halved halves even items; an odd one is an error of its own.
func halved(_ context.Context, items []int) []combine.Result[int] {
	results := make([]combine.Result[int], len(items))
	for i, item := range items {
		if item%2 == 1 {
			results[i].Err = errOdd
			continue
		}
		results[i].Value = item / 2
	}
	return results
}

func TestAnItemThatFailsFailsForItsCallerOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		c := combine.New(combine.Options{Max: 10}, func(ctx context.Context, items []int) []combine.Result[int] {
			<-gate
			return halved(ctx, items)
		})
		defer c.Close()
		results := make([][]combine.Result[int], 4)
		var all sync.WaitGroup
		for i, items := range [][]int{{0}, {2, 4}, {3}, {5, 6}} {
			all.Go(func() { results[i] = c.Do(t.Context(), items...) })
			synctest.Wait()
		}
		close(gate)
		all.Wait()
		want := [][]combine.Result[int]{{{}}, {{Value: 1}, {Value: 2}}, {{Err: errOdd}}, {{Err: errOdd}, {Value: 3}}}
		if !reflect.DeepEqual(results, want) {
			t.Errorf("results %v, want %v", results, want)
		}
	})
}

func TestIdenticalKeysShareTheErrorOfTheirLookUp(t *testing.T) {
	got := combine.Distinct(halved)(t.Context(), []int{2, 3, 3, 2})
	want := []combine.Result[int]{{Value: 1}, {Err: errOdd}, {Err: errOdd}, {Value: 1}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

func TestACallFailsAsAWholeIfAllItemsFailAlike(t *testing.T) {
	other := apierr.New(apierr.Storage, "another story")
	tests := map[string]struct {
		errs []error
		want error
	}{
		"no items":           {nil, nil},
		"all have values":    {[]error{nil, nil}, nil},
		"one failed":         {[]error{nil, errOdd}, nil},
		"all with one code":  {[]error{errOdd, other}, errOdd},
		"with several codes": {[]error{errOdd, context.Canceled}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			results := make([]combine.Result[int], len(test.errs))
			for i, err := range test.errs {
				results[i].Err = err
			}
			if got := combine.Whole(results); !errors.Is(got, test.want) {
				t.Errorf("the whole failed with %v, want %v", got, test.want)
			}
		})
	}
}

// natural is an item that must not be negative.
type natural int

func (n natural) Check() error {
	if n < 0 {
		return apierr.New(apierr.Invalid, "negative")
	}
	return nil
}

func TestWhatIsCheckedFirstTakesNothingFromTheOthers(t *testing.T) {
	tests := map[string]struct {
		items []natural
		run   []natural // nil: it is not run
		want  string
	}{
		"all good":  {[]natural{1, 2}, []natural{1, 2}, "1! 2!"},
		"some good": {[]natural{-1, 2, -3, 4}, []natural{2, 4}, "negative 2! negative 4!"},
		"none good": {[]natural{-1, -1}, nil, "negative negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var run []natural
			results := combine.Checked(test.items, func(good []natural) []combine.Result[string] {
				run = good
				found := make([]combine.Result[string], len(good))
				for i, n := range good {
					found[i].Value = fmt.Sprintf("%d!", n)
				}
				return found
			})
			got := ""
			for i, r := range results {
				if i > 0 {
					got += " "
				}
				if got += r.Value; r.Err != nil {
					got += r.Err.Error()
				}
			}
			if got != test.want || !reflect.DeepEqual(run, test.run) {
				t.Errorf("results %q of %v, want %q of %v", got, run, test.want, test.run)
			}
		})
	}
}

func TestACallerOwnsItsResults(t *testing.T) {
	const callers, each = 16, 200
	c := combine.New(combine.Options{Max: 64}, combine.Distinct(halved))
	defer c.Close()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				got := c.Do(t.Context(), 2, 4)
				if got[0].Value != 1 || got[1].Value != 2 {
					t.Errorf("got %v", got)
				}
				got[0], got[1] = combine.Result[int]{Value: -1}, combine.Result[int]{Err: errOdd}
				_ = append(got, combine.Result[int]{Value: -1})
			}
		})
	}
	all.Wait()
}
