package boltstore_test

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xiaozhibo.dev/services/stream/boltstore"
)

// Sessions and ends may come in any order, and may be any numbers: clocks jump.
func TestAListOfEndingsIsWhatWasPutIntoIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want, list := map[int64]int64{}, boltstore.EndingList(nil)
		sessions := rapid.OneOf(rapid.Int64Range(1, 20), rapid.Int64())
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			session := sessions.Draw(t, "session")
			if rapid.IntRange(0, 3).Draw(t, "drop") == 0 {
				list = list.Without(session)
				delete(want, session)
			} else {
				want[session] = rapid.Int64().Draw(t, "ended")
				list = list.With(session, want[session])
			}
		}
		got, order := map[int64]int64{}, []int64{}
		for session, ended := range list.All() {
			got[session] = ended
			order = append(order, session)
		}
		if !maps.Equal(got, want) || list.Len() != len(want) || len(order) != len(want) {
			t.Fatalf("%d are %v, want %v", list.Len(), got, want)
		}
		if !slices.IsSortedFunc(order, func(a, b int64) int { return cmp.Compare(b, a) }) {
			t.Fatalf("the order is %v", order)
		}
		for session := range int64(21) {
			wanted, kept := want[session]
			if ended, found := list.Find(session); found != kept || ended != wanted {
				t.Fatalf("session %d ended at %d, %t, want %d, %t", session, ended, found, wanted, kept)
			}
		}
	})
}
