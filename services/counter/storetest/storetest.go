// Package storetest holds what every counter.Store must stand: a map as its
// model, and being opened again.
package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/counter"
)

// Counter is a counter as counter.Value has it, with its past sessions in a map. It is what
// stores are compared with. The zero Counter was never added to.
type Counter struct {
	counter.Value
	past map[int64]counter.Past
}

// Add is what counters.Service promises of one addition at the time now, in Unix milliseconds.
func (c *Counter) Add(a counters.Addition, now int64) int64 {
	before := c.Value
	count, _ := c.Value.Add(a, now)
	if past, over := before.Replaced(c.Value, now); over {
		if c.past == nil {
			c.past = map[int64]counter.Past{}
		}
		if c.past[before.Session] = past; len(c.past) >= session.MaxPast {
			delete(c.past, slices.Min(slices.Collect(maps.Keys(c.past))))
		}
	}
	return count
}

// Get is what counters.Service promises of one read at the time now, in Unix milliseconds.
func (c *Counter) Get(session, now int64) int64 {
	if past := c.past[session]; c.Replaces(session) && !past.Faded(now) {
		return past.Count
	}
	return c.In(session)
}

// Open returns an empty store, and how to close it and open the same data again.
type Open func(t *testing.T) (counter.Store, func() counter.Store)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	t.Run("a session of the day after tomorrow is no fence", func(t *testing.T) { testNumberAhead(t, open) })
	t.Run("any history agrees with a map, over restarts too", func(t *testing.T) { testHistory(t, open) })
}

func testNumberAhead(t *testing.T, open Open) {
	store, _ := open(t)
	now := time.Now().UnixMilli()
	for _, step := range []struct{ session, delta, want int64 }{
		{now + (48 * time.Hour).Milliseconds(), 7, 7}, {now, 0, 0}, {now, 2, 2}, {now - 1, 5, 0}, {now + time.Hour.Milliseconds(), 3, 3}, {now, 1, 0},
	} {
		addition := counters.Addition{Key: counters.Key{Name: "a", Session: step.session}, Delta: step.delta}
		got, err := combine.One(store.Add(t.Context(), []counters.Addition{addition}))
		if err != nil || got != step.want {
			t.Errorf("adding %d under %d reached %d, %v, want %d", step.delta, step.session-now, got, err, step.want)
		}
	}
}

func testHistory(t *testing.T, open Open) {
	store, reopen := open(t)
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++ // names of its own: runs share the store
		m := &machine{store: store, run: run, model: map[string]*Counter{}}
		t.Repeat(map[string]func(*rapid.T){
			"add": m.add,
			"reopen": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "rarely") == 0 {
					store = reopen()
					m.store = store
				}
			},
			"": m.check,
		})
	})
}

// machine does one history to a store and to the model.
type machine struct {
	store counter.Store
	run   int
	model map[string]*Counter
}

// drawAddition draws one of few counters and sessions, so that they meet.
func (m *machine) drawAddition(t *rapid.T) counters.Addition {
	a := counters.Addition{
		Key: counters.Key{
			Name:    fmt.Sprintf("%d-%c", m.run, rapid.RuneFrom([]rune("abc")).Draw(t, "name")),
			Session: rapid.Int64Range(0, 3).Draw(t, "session"),
		},
		Delta: rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64()).Draw(t, "delta"),
	}
	if sender := rapid.SampledFrom([]string{"", "s", "t"}).Draw(t, "sender"); sender != "" {
		a.Sender, a.Number = sender, rapid.Int64Range(1, 9).Draw(t, "number")
	}
	return a
}

func (m *machine) add(t *rapid.T) {
	additions := rapid.SliceOfN(rapid.Custom(m.drawAddition), 1, 5).Draw(t, "additions")
	got, err := combine.All(m.store.Add(t.Context(), additions))
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	for i, a := range additions {
		if m.model[a.Key.Name] == nil {
			m.model[a.Key.Name] = &Counter{}
		}
		if count := m.model[a.Key.Name].Add(a, time.Now().UnixMilli()); got[i] != count {
			t.Fatalf("addition %d reached %d, want %d", i, got[i], count)
		}
	}
}

// check reads every counter under each session, past ones too.
func (m *machine) check(t *rapid.T) {
	for name, its := range m.model {
		for session := range int64(4) {
			key := counters.Key{Name: name, Session: session}
			got, err := combine.All(m.store.Get(t.Context(), []counters.Key{key}))
			if err != nil {
				t.Fatalf("Get: %v", err)
			}
			if want := its.Get(session, time.Now().UnixMilli()); got[0] != want {
				t.Fatalf("%+v is %d, want %d", key, got[0], want)
			}
		}
	}
}
