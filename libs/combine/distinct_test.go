package combine_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"xiaozhibo.dev/libs/combine"
)

func TestIdenticalKeysAreLookedUpOnce(t *testing.T) {
	tests := map[string]struct{ keys, asked []string }{
		"all alike":     {[]string{"a", "a", "a"}, []string{"a"}},
		"some alike":    {[]string{"b", "a", "b", "c", "a"}, []string{"b", "a", "c"}},
		"all different": {[]string{"c", "a", "b"}, []string{"c", "a", "b"}},
		"none":          {[]string{}, []string{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var asked []string
			lookUp := combine.Distinct(plain(func(_ context.Context, keys []string) ([]string, error) {
				asked = keys
				return shouted(keys), nil
			}))
			got, err := combine.All(lookUp(t.Context(), test.keys))
			if err != nil || !reflect.DeepEqual(got, shouted(test.keys)) {
				t.Errorf("found %v, %v", got, err)
			}
			if !reflect.DeepEqual(asked, test.asked) {
				t.Errorf("asked for %v, want %v", asked, test.asked)
			}
		})
	}
}

func TestTheErrorOfALookUpIsPassedOn(t *testing.T) {
	want := errors.New("disk on fire")
	lookUp := combine.Distinct(plain(func(context.Context, []int) ([]int, error) { return nil, want }))
	if _, err := combine.All(lookUp(t.Context(), []int{1, 1})); !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func TestAWrongNumberOfDistinctResultsIsAnError(t *testing.T) {
	for _, found := range [][]int{nil, {1}, {1, 2, 3}} { // three would look right for the three keys
		lookUp := combine.Distinct(plain(func(context.Context, []int) ([]int, error) { return found, nil }))
		if got, err := combine.All(lookUp(t.Context(), []int{1, 2, 1})); err == nil {
			t.Errorf("%d results for two keys gave %v", len(found), got)
		}
	}
}

func shouted(keys []string) []string {
	found := make([]string, len(keys))
	for i, key := range keys {
		found[i] = key + "!"
	}
	return found
}
