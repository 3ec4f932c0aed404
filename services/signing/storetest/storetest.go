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
	t.Run("what was recorded is there after a restart", func(t *testing.T) { testReopen(t, open) })
	t.Run("there is one entry for a user, kind and hour", func(t *testing.T) { testOncePerHour(t, open) })
	t.Run("what many record at once is all there", func(t *testing.T) { testConcurrent(t, open) })
	t.Run("a sweep of many entries leaves only the newer ones", func(t *testing.T) { testLargeSweep(t, open) })
}

const hour = 3600 // seconds

func testReopen(t *testing.T, open Open) {
	ledger, reopen := open(t)
	want := signing.Entry{Kind: signing.KindPush, User: "a b", StreamID: "8888_a_20b", Issued: 1480000000, Expires: 1480086400}
	record(t, ledger, want)
	ledger = reopen()
	wantList(t, ledger, signing.Query{}, want)
	another := signing.Entry{Kind: signing.KindUpload, Issued: 1480000001, Expires: 1480000600}
	record(t, ledger, another, want)
	wantList(t, ledger, signing.Query{}, want, another)
}

func testOncePerHour(t *testing.T, open Open) {
	ledger, _ := open(t)
	record(t, ledger)
	wantList(t, ledger, signing.Query{})
	record(t, ledger, push("c", 5), push("a", 6), push("b", 4), push("a", 7))
	record(t, ledger, push("a", hour-1), push("b", 3)) // the first that is recorded stays
	upload := signing.Entry{Kind: signing.KindUpload, Issued: 8, Expires: 9}
	record(t, ledger, upload, push("a", hour), upload)
	wantList(t, ledger, signing.Query{}, push("b", 4), push("c", 5), push("a", 6), upload, push("a", hour))
	wantList(t, ledger, signing.Query{User: "a"}, push("a", 6), push("a", hour))
	wantList(t, ledger, signing.Query{User: "a", Limit: 1}, push("a", 6))
	wantList(t, ledger, signing.Query{Limit: 1}, push("b", 4))
	wantList(t, ledger, signing.Query{Limit: 4}, push("b", 4), push("c", 5), push("a", 6), upload)
	wantList(t, ledger, signing.Query{User: "nobody"})
	wantList(t, ledger, signing.Query{From: 5, Until: 6}, push("c", 5))
	wantList(t, ledger, signing.Query{From: -1, Limit: 1}, push("b", 4))
	record(t, ledger, push("a\x00", 10), push("", 11)) // nobody else's key
	wantList(t, ledger, signing.Query{From: 9, Until: hour}, push("a\x00", 10), push("", 11))
}

// testConcurrent lets two writers record the same users: one entry of theirs stays.
func testConcurrent(t *testing.T, open Open) {
	ledger, _ := open(t)
	const writers, hours = 20, 10
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			for j := range hours {
				// Two of them record each user.
				if err := ledger.Record(t.Context(), []signing.Entry{push(strconv.Itoa(i/2), int64(j*hour))}); err != nil {
					t.Errorf("Record: %v", err)
				}
			}
		})
	}
	group.Wait()
	for i := range writers / 2 {
		var want []signing.Entry
		for j := range hours {
			want = append(want, push(strconv.Itoa(i), int64(j*hour)))
		}
		wantList(t, ledger, signing.Query{User: strconv.Itoa(i)}, want...)
	}
}

// testLargeSweep has more entries than any store sweeps at once.
func testLargeSweep(t *testing.T, open Open) {
	ledger, reopen := open(t)
	old := make([]signing.Entry, 4500)
	for i := range old {
		old[i] = push(strconv.Itoa(i), int64(i%hour))
	}
	for some := range slices.Chunk(old, 500) { // a store may answer no call of thousands in time
		record(t, ledger, some...)
	}
	record(t, ledger, push("new", hour), push("new", 2*hour))
	sweep(t, ledger, hour-1) // an hour goes as a whole
	if got, err := ledger.List(t.Context(), signing.Query{Until: hour}); err != nil || len(got) != len(old) {
		t.Errorf("the hour that is not over has %d entries, %v, want %d", len(got), err, len(old))
	}
	for _, before := range []int64{hour, hour + 1, 2*hour - 1} {
		sweep(t, ledger, before)
		wantList(t, ledger, signing.Query{}, push("new", hour), push("new", 2*hour))
	}
	wantList(t, reopen(), signing.Query{}, push("new", hour), push("new", 2*hour))
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

func record(t tester, ledger signing.Ledger, entries ...signing.Entry) {
	t.Helper()
	if err := ledger.Record(t.Context(), entries); err != nil {
		t.Fatalf("Record: %v", err)
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
