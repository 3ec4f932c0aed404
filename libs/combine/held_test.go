package combine_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/combine"
)

// held carries out batches by negating their items, each batch only when the
// test lets it go.
type held struct {
	batches [][]int // begun, in order; to be read after synctest.Wait
	gate    chan struct{}
}

func newHeld() *held { return &held{gate: make(chan struct{})} }

func (h *held) run(_ context.Context, items []int) ([]int, error) {
	h.batches = append(h.batches, items)
	<-h.gate
	return negated(items), nil
}

// letGo ends the batch under way and waits until the next has begun, if any.
func (h *held) letGo() {
	h.gate <- struct{}{}
	synctest.Wait()
}

func negated(items []int) []int {
	results := make([]int, len(items))
	for i, item := range items {
		results[i] = -item
	}
	return results
}

// answer is what one call of Do returned.
type answer struct {
	results []int
	err     error
}

// do starts a call and waits until it is in a batch or in the queue.
func do(ctx context.Context, c *combine.Combiner[int, int], items ...int) <-chan answer {
	answered := make(chan answer, 1)
	go func() {
		results, err := combine.All(c.Do(ctx, items...))
		answered <- answer{results, err}
	}()
	synctest.Wait()
	return answered
}

func wantResults(t *testing.T, answered <-chan answer, want ...int) {
	t.Helper()
	select {
	case got := <-answered:
		if got.err != nil || !reflect.DeepEqual(got.results, want) {
			t.Errorf("Do = %v, %v; want %v", got.results, got.err, want)
		}
	default:
		t.Errorf("Do has not returned; want %v", want)
	}
}

func wantError(t *testing.T, answered <-chan answer, want error) {
	t.Helper()
	select {
	case got := <-answered:
		if got.results != nil || !errors.Is(got.err, want) {
			t.Errorf("Do = %v, %v; want error %v", got.results, got.err, want)
		}
	default:
		t.Errorf("Do has not returned; want error %v", want)
	}
}

func wantBatches(t *testing.T, h *held, want ...[]int) {
	t.Helper()
	if !reflect.DeepEqual(h.batches, want) {
		t.Errorf("batches %v, want %v", h.batches, want)
	}
}

// plain makes a Func of one whose items all fail together.
func plain[T, R any](run func(context.Context, []T) ([]R, error)) combine.Func[T, R] {
	return func(ctx context.Context, items []T) []combine.Result[R] {
		values, err := run(ctx, items)
		if err != nil {
			return combine.Fail[R](len(items), err)
		}
		return combine.OK(values)
	}
}
