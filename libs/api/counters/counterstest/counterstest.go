// Package counterstest is the contract suite of counters.Service. Every
// implementation runs it.
package counterstest

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// Run runs the suite; open returns a service on an empty store.
func Run(t *testing.T, open func(t *testing.T) counters.Service) {
	for name, test := range map[string]func(*testing.T, counters.Service){
		"a counter never added to is zero":               testUnknown,
		"additions are returned and read back":           testAdd,
		"a counter stays between zero and its maximum":   testBounds,
		"a newer session begins at zero":                 testNewerSession,
		"an older session changes nothing":               testOlderSession,
		"what past sessions came to is remembered":       testPast,
		"one call may name a counter many times":         testRepeatedKey,
		"a repeated addition of a sender counts once":    testRepeated,
		"a sender has numbers of its own, for a session": testSenders,
		"a thousand concurrent likes count one thousand": testConcurrent,
		"a bad item is invalid and takes no other along": testInvalid,
		"the slice that is returned is the caller's own": testOwnership,
		"no items is no work":                            testEmpty,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func testUnknown(t *testing.T, s counters.Service) {
	wantCounts(t, s, []int64{0, 0}, key("a", 1), key("b", 2))
}

func testAdd(t *testing.T, s counters.Service) {
	add(t, s, []int64{3, 1}, addition("a", 1, 3), addition("b", 1, 1))
	add(t, s, []int64{2}, addition("a", 1, -1))
	wantCounts(t, s, []int64{1, 2, 0}, key("b", 1), key("a", 1), key("c", 1))
}

func testBounds(t *testing.T, s counters.Service) {
	add(t, s, []int64{0, 1}, addition("a", 1, -5), addition("a", 1, 1))
	add(t, s, []int64{counters.Max}, addition("a", 1, counters.Max))
	add(t, s, []int64{counters.Max}, addition("a", 1, 1<<62))
	add(t, s, []int64{0}, addition("a", 1, -1<<63))
	wantCounts(t, s, []int64{0}, key("a", 1))
}

func testNewerSession(t *testing.T, s counters.Service) {
	add(t, s, []int64{9}, addition("a", 1, 9))
	wantCounts(t, s, []int64{0, 9}, key("a", 2), key("a", 1))
	add(t, s, []int64{1}, addition("a", 2, 1))
	wantCounts(t, s, []int64{1, 9}, key("a", 2), key("a", 1))
}

func testPast(t *testing.T, s counters.Service) {
	var want []int64
	var additions []counters.Addition
	for number := int64(1); number <= session.MaxPast+2; number++ {
		additions = append(additions, addition("a", number, number), addition("ab", number, 1)) // a name that begins alike
		want = append(want, number, 1)
	}
	add(t, s, want, additions...)
	add(t, s, []int64{0}, addition("a", 5, 1)) // too late to be counted
	newest := int64(session.MaxPast + 2)
	wantCounts(t, s, []int64{newest, newest - 1, 5, 3, 0, 1, 0},
		key("a", newest), key("a", newest-1), key("a", 5), key("a", 3), key("a", 2), key("ab", 3), key("ab", 2))
	add(t, s, []int64{0, 1}, addition("a", newest+1, 0), addition("a", newest+2, 1))
	wantCounts(t, s, []int64{newest, 0, 1, 0}, key("a", newest), key("a", newest+1), key("a", newest+2), key("a", newest+3))
	add(t, s, []int64{7, 1}, addition("file", 0, 7), addition("file", 1, 1)) // 0 is no session
	wantCounts(t, s, []int64{0, 1}, key("file", 0), key("file", 1))
}

func testOlderSession(t *testing.T, s counters.Service) {
	add(t, s, []int64{4}, addition("a", 7, 4))
	add(t, s, []int64{0}, addition("a", 6, 9))
	wantCounts(t, s, []int64{4, 0}, key("a", 7), key("a", 6))
}

func testRepeatedKey(t *testing.T, s counters.Service) {
	add(t, s, []int64{1, 2, 1}, addition("a", 1, 1), addition("a", 1, 1), addition("a", 1, -1))
	wantCounts(t, s, []int64{1, 1}, key("a", 1), key("a", 1))
}

func testRepeated(t *testing.T, s counters.Service) {
	first := numbered(addition("a", 1, 2), "one", 1)
	add(t, s, []int64{2}, first)
	add(t, s, []int64{2, 4}, first, numbered(addition("a", 1, 2), "one", 3))
	add(t, s, []int64{4, 4}, first, numbered(addition("a", 1, 2), "one", 2)) // given up before 3 was made
	wantCounts(t, s, []int64{4}, key("a", 1))
}

func testSenders(t *testing.T, s counters.Service) {
	add(t, s, []int64{1, 2, 3, 1},
		numbered(addition("a", 1, 1), "one", 7), numbered(addition("a", 1, 1), "two", 1), addition("a", 1, 1),
		numbered(addition("b", 1, 1), "one", 1))
	add(t, s, []int64{1, 1}, numbered(addition("a", 2, 1), "one", 8), numbered(addition("a", 2, 1), "one", 8))
	add(t, s, []int64{0}, numbered(addition("a", 1, 1), "two", 2))
	wantCounts(t, s, []int64{1, 1}, key("a", 2), key("b", 1))
}

func testConcurrent(t *testing.T, s counters.Service) {
	const callers, each = 50, 20
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range each {
				if _, err := combine.All(s.Add(t.Context(), []counters.Addition{addition("hot", 1, 1)})); err != nil {
					t.Errorf("Add: %v", err)
				}
			}
		})
	}
	group.Wait()
	wantCounts(t, s, []int64{callers * each}, key("hot", 1))
}

func testInvalid(t *testing.T, s counters.Service) {
	for _, bad := range []counters.Addition{
		{Key: key("a", -1)},
		{Key: key("a", session.Max+1)},
		numbered(addition("a", 1, 1), strings.Repeat("s", 65), 1),
		numbered(addition("a", 1, 1), "s", 0),
		numbered(addition("a", 1, 1), "s", counters.MaxNumber+1),
	} {
		wantInvalid(t, bad, s.Add(t.Context(), []counters.Addition{bad, addition("good", 1, 1)}), 1)
	}
	for _, name := range []string{"", strings.Repeat("n", 1025)} {
		wantInvalid(t, len(name), s.Add(t.Context(), []counters.Addition{addition(name, 1, 1), addition("other", 1, 0)}), 0)
		wantInvalid(t, len(name), s.Get(t.Context(), []counters.Key{key(name, 1), key("good", 1)}), 5)
	}
	wantCounts(t, s, []int64{5, 0}, key("good", 1), key("a", 1))
}

// wantInvalid checks that the first item is refused, and that the second has a
// value of at least that.
func wantInvalid(t *testing.T, what any, got []combine.Result[int64], least int64) {
	t.Helper()
	if len(got) != 2 || apierr.CodeOf(got[0].Err) != apierr.Invalid || got[1].Err != nil || got[1].Value < least {
		t.Errorf("%v and a good item gave %v, want invalid and a value", what, got)
	}
}

func testOwnership(t *testing.T, s counters.Service) {
	const callers, each = 16, 20
	add(t, s, []int64{5}, addition("a", 1, 5))
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range each {
				got := s.Get(t.Context(), []counters.Key{key("a", 1), key("b", 1)})
				if len(got) != 2 || got[0] != (combine.Result[int64]{Value: 5}) || got[1] != (combine.Result[int64]{}) {
					t.Errorf("got %v", got)
					return
				}
				got[0].Value, got[1].Value = -1, -1
			}
		})
	}
	group.Wait()
}

func testEmpty(t *testing.T, s counters.Service) {
	add(t, s, nil)
	wantCounts(t, s, nil)
}

func key(name string, session int64) counters.Key {
	return counters.Key{Name: name, Session: session}
}

func addition(name string, session, delta int64) counters.Addition {
	return counters.Addition{Key: key(name, session), Delta: delta}
}

func numbered(a counters.Addition, sender string, number int64) counters.Addition {
	a.Sender, a.Number = sender, number
	return a
}

func add(t *testing.T, s counters.Service, want []int64, additions ...counters.Addition) {
	t.Helper()
	got, err := combine.All(s.Add(t.Context(), additions))
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("Add returned %v, want %v", got, want)
	}
}

func wantCounts(t *testing.T, s counters.Service, want []int64, keys ...counters.Key) {
	t.Helper()
	got, err := combine.All(s.Get(t.Context(), keys))
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("Get returned %v, want %v", got, want)
	}
}
