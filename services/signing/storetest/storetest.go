// Package storetest holds what every signing.Ledger must stand: a list as its
// model, being opened again, and many who write at once.
package storetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"xiaozhibo.dev/services/signing"
)

// Open returns an empty ledger, and how to close it and open the same data again.
type Open func(t *testing.T) (signing.Ledger, func() signing.Ledger)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	t.Run("any history agrees with a list, over restarts too", func(t *testing.T) { testHistory(t, open) })
	t.Run("what was appended is there after a restart", func(t *testing.T) { testReopen(t, open) })
	t.Run("one batch is kept in its order", func(t *testing.T) { testBatch(t, open) })
	t.Run("what many append at once is all there", func(t *testing.T) { testConcurrent(t, open) })
	t.Run("a sweep of many entries leaves only the newer ones", func(t *testing.T) { testLargeSweep(t, open) })
}

func testReopen(t *testing.T, open Open) {
	ledger, reopen := open(t)
	want := signing.Entry{Kind: signing.KindPush, User: "a b", StreamID: "8888_a_20b", Issued: 1480000000, Expires: 1480086400}
	appendAll(t, ledger, want)
	ledger = reopen()
	wantList(t, ledger, signing.Query{}, want)
	another := signing.Entry{Kind: signing.KindUpload, Issued: 1480000000, Expires: 1480000600}
	appendAll(t, ledger, another)
	wantList(t, ledger, signing.Query{}, want, another)
}

func testBatch(t *testing.T, open Open) {
	ledger, _ := open(t)
	appendAll(t, ledger)
	wantList(t, ledger, signing.Query{})
	appendAll(t, ledger, push("c", 5), push("a", 5), push("b", 4), push("a", 5))
	wantList(t, ledger, signing.Query{}, push("b", 4), push("c", 5), push("a", 5), push("a", 5))
	wantList(t, ledger, signing.Query{User: "a"}, push("a", 5), push("a", 5))
	wantList(t, ledger, signing.Query{User: "a", Limit: 1}, push("a", 5))
	wantList(t, ledger, signing.Query{User: "nobody"})
	wantList(t, ledger, signing.Query{From: 4, Until: 5}, push("b", 4))
	wantList(t, ledger, signing.Query{From: -1, Limit: 1}, push("b", 4))
}

func testConcurrent(t *testing.T, open Open) {
	ledger, _ := open(t)
	const writers, each = 20, 10
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			for range each {
				if err := ledger.Append(t.Context(), []signing.Entry{push(strconv.Itoa(i), 7)}); err != nil {
					t.Errorf("Append: %v", err)
				}
			}
		})
	}
	group.Wait()
	for i := range writers {
		wantList(t, ledger, signing.Query{User: strconv.Itoa(i)}, slices.Repeat([]signing.Entry{push(strconv.Itoa(i), 7)}, each)...)
	}
}

func testLargeSweep(t *testing.T, open Open) {
	ledger, reopen := open(t)
	old := make([]signing.Entry, 4500)
	for i := range old {
		old[i] = push("old", int64(i%9))
	}
	appendAll(t, ledger, old...)
	appendAll(t, ledger, push("new", 9), push("new", 10))
	sweep(t, ledger, 9)
	wantList(t, ledger, signing.Query{}, push("new", 9), push("new", 10))
	sweep(t, ledger, 9)
	wantList(t, reopen(), signing.Query{}, push("new", 9), push("new", 10))
}

func testHistory(t *testing.T, open Open) {
	const span = 10 // seconds that one run uses
	ledger, reopen := open(t)
	run := int64(0)
	rapid.Check(t, func(t *rapid.T) {
		run++ // a time of its own: runs share the ledger
		begin := run * span
		moment := rapid.Int64Range(begin, begin+span)
		user := rapid.SampledFrom([]string{"", "a", "b"})
		var model []signing.Entry
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) signing.Entry {
					return push(user.Draw(t, "user"), min(moment.Draw(t, "issued"), begin+span-1))
				}), 1, 5).Draw(t, "entries")
				appendAll(t, ledger, entries...)
				model = append(model, entries...)
				slices.SortStableFunc(model, func(a, b signing.Entry) int { return int(a.Issued - b.Issued) })
			},
			"list": func(t *rapid.T) {
				query := signing.Query{
					User: user.Draw(t, "user"), Limit: rapid.IntRange(0, 5).Draw(t, "limit"),
					From: moment.Draw(t, "from"), Until: moment.Draw(t, "until"),
				}
				wantList(t, ledger, query, matching(model, query)...)
			},
			"sweep": func(t *rapid.T) {
				before := moment.Draw(t, "before")
				sweep(t, ledger, before)
				model = slices.DeleteFunc(model, func(e signing.Entry) bool { return e.Issued < before })
			},
			"reopen": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "rarely") == 0 {
					ledger = reopen()
				}
			},
			"": func(t *rapid.T) { wantList(t, ledger, signing.Query{From: begin}, model...) },
		})
	})
}

func matching(model []signing.Entry, query signing.Query) (found []signing.Entry) {
	for _, e := range model {
		if e.Issued >= query.From && e.Issued < query.Until && (query.User == "" || e.User == query.User) {
			found = append(found, e)
		}
	}
	if query.Limit > 0 && len(found) > query.Limit {
		return found[:query.Limit]
	}
	return found
}

func push(user string, issued int64) signing.Entry {
	return signing.Entry{
		Kind: signing.KindPush, User: user, StreamID: "8888_" + user,
		Issued: issued, Expires: issued + 86400,
	}
}

// tester is a test, or one run of a property.
type tester interface {
	rapid.TB
	Context() context.Context
}

func appendAll(t tester, ledger signing.Ledger, entries ...signing.Entry) {
	t.Helper()
	if err := ledger.Append(t.Context(), entries); err != nil {
		t.Fatalf("Append: %v", err)
	}
}

func sweep(t tester, ledger signing.Ledger, before int64) {
	t.Helper()
	if err := ledger.Sweep(t.Context(), before); err != nil {
		t.Fatalf("Sweep: %v", err)
	}
}

func wantList(t tester, ledger signing.Ledger, query signing.Query, want ...signing.Entry) {
	t.Helper()
	got, err := ledger.List(t.Context(), query)
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("the list for %+v is\n%s\nwant\n%s", query, lines(got), lines(want))
	}
}

func lines(entries []signing.Entry) (text string) {
	for _, e := range entries {
		text += fmt.Sprintf("\t%+v\n", e)
	}
	return text
}
