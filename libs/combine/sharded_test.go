package combine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/libs/combine"
)

// key is the letter before the number of an item.
func key(item string) string { return item[:1] }

func TestItemsOfAKeyKeepTheirOrderInOneShard(t *testing.T) {
	var mu sync.Mutex
	seen := map[string][]string{}
	sharded := combine.NewSharded(3, combine.Options{Name: "test", Max: 100}, key, func(_ context.Context, items []string) []combine.Result[string] {
		mu.Lock()
		defer mu.Unlock()
		for _, item := range items {
			seen[key(item)] = append(seen[key(item)], item)
		}
		return combine.OK(items)
	})
	var items []string
	want := map[string][]string{}
	for i := range 60 {
		item := fmt.Sprintf("%c%d", 'a'+i%7, i)
		items, want[key(item)] = append(items, item), append(want[key(item)], item)
	}
	got, err := combine.All(sharded.Do(t.Context(), items...))
	if err != nil || !slices.Equal(got, items) {
		t.Errorf("the results are %v, %v, want those of %v", got, err, items)
	}
	for name, order := range want {
		if !slices.Equal(seen[name], order) {
			t.Errorf("the items of %s came as %v, want %v", name, seen[name], order)
		}
	}
	sharded.Close()
	if err := combine.Whole(sharded.Do(t.Context(), "a1", "b2")); err != combine.ErrClosed { //nolint:errorlint // as it is
		t.Errorf("after Close: %v", err)
	}
}

func TestAShardDoesNotWaitForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		var batches []string
		var mu sync.Mutex
		sharded := combine.NewSharded(2, combine.Options{Name: "test", Max: 100}, key, func(_ context.Context, items []string) []combine.Result[string] {
			mu.Lock()
			batches = append(batches, fmt.Sprint(items))
			mu.Unlock()
			if items[0] == "a1" {
				<-held
			}
			return combine.OK(items)
		})
		defer sharded.Close()
		var all sync.WaitGroup
		for _, item := range []string{"a1", "b1", "b2", "a2", "a3"} { // a and b are of different shards
			all.Go(func() { sharded.Do(t.Context(), item) })
			synctest.Wait()
		}
		if got, want := fmt.Sprint(batches), "[[a1] [b1] [b2]]"; got != want {
			t.Errorf("while a batch of a is under way the batches are %s, want %s", got, want)
		}
		close(held)
		all.Wait()
		if got, want := fmt.Sprint(batches), "[[a1] [b1] [b2] [a2 a3]]"; got != want {
			t.Errorf("the batches are %s, want %s", got, want)
		}
	})
}
