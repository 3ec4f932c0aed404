package boltstore_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xiaozhibo.dev/services/stream/boltstore"
)

func TestAPagePassesOverWhatHasLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		leaves := rapid.SliceOfN(rapid.Int64Range(0, 9), 0, 300).Draw(t, "leaves")
		last := rapid.Int64Range(-1, 10).Draw(t, "last")
		offset, limit := rapid.IntRange(0, 310).Draw(t, "offset"), rapid.IntRange(0, 120).Draw(t, "limit")
		var there []int
		for place, at := range leaves {
			if at > last {
				there = append(there, place)
			}
		}
		total, places := boltstore.PageOfListing(leaves, last, offset, limit)
		begin := min(offset, len(there))
		if want := there[begin:min(begin+limit, len(there))]; total != len(there) || !slices.Equal(places, want) {
			t.Fatalf("the page is %v of %d, want %v of %d", places, total, want, len(there))
		}
	})
}
