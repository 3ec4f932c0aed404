// Package storetest holds what every room.Store must stand: the rule of a room with a map
// as its model, and being opened again.
package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/room"
)

// Open returns an empty store, and how to close it and open the same data again.
type Open func(t *testing.T, config room.Config, now func() time.Time) (room.Store, func() room.Store)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	runRules(t, open)
	for _, order := range []room.Order{room.Oldest, room.Newest, room.ByLevel} {
		t.Run(fmt.Sprintf("any history agrees with a map, over restarts too, in order %s", order), func(t *testing.T) {
			clock := &clocktest.Clock{}
			config := &room.Config{MemberTTL: 10 * time.Second, MemberOrder: order}
			store, reopen := open(t, *config, clock.Now)
			run := 0
			rapid.Check(t, func(t *rapid.T) {
				run++ // names of its own: runs share the store
				m := &machine{store: store, clock: clock, config: config, run: run, rooms: map[string]*Audience{}}
				m.reopen = func() { store = reopen(); m.store = store }
				t.Repeat(map[string]func(*rapid.T){
					"enter": m.enter, "quit": m.quit, "wait": m.wait, "reopen": m.restart, "sweep": m.sweep, "": m.check,
				})
			})
		})
	}
}

// machine does one random history to a store and to the model, and compares after each step.
type machine struct {
	store  room.Store
	reopen func()
	clock  *clocktest.Clock
	config *room.Config
	run    int
	rooms  map[string]*Audience
}

// key draws one of few rooms and sessions, so that histories meet in them.
func (m *machine) key(t *rapid.T) members.Key {
	return members.Key{
		Name:    fmt.Sprintf("%d-%c", m.run, rapid.RuneFrom([]rune("ab")).Draw(t, "room")),
		Session: rapid.Int64Range(0, 2).Draw(t, "session"),
	}
}

func user(t *rapid.T) string { return string(rapid.RuneFrom([]rune("uvwxyz")).Draw(t, "user")) }

func (m *machine) enter(t *rapid.T) {
	entry := members.Entry{Room: m.key(t), User: user(t), Nickname: rapid.StringN(0, 4, -1).Draw(t, "nickname")}
	if rapid.Bool().Draw(t, "with level") {
		level := rapid.Int32Range(0, 3).Draw(t, "level")
		entry.Level = &level
	}
	if _, err := combine.All(m.store.Enter(t.Context(), []members.Entry{entry})); err != nil {
		t.Fatalf("Enter: %v", err)
	}
	if m.rooms[entry.Room.Name] == nil {
		m.rooms[entry.Room.Name] = &Audience{Config: m.config}
	}
	if err := m.rooms[entry.Room.Name].Enter(entry, m.clock.Now()); err != nil {
		t.Fatalf("the rule refuses %+v: %v", entry, err)
	}
}

func (m *machine) quit(t *rapid.T) {
	exit := members.Exit{Room: m.key(t), User: user(t)}
	if _, err := combine.All(m.store.Quit(t.Context(), []members.Exit{exit})); err != nil {
		t.Fatalf("Quit: %v", err)
	}
	if r := m.rooms[exit.Room.Name]; r != nil {
		r.Quit(exit, m.clock.Now())
	}
}

func (m *machine) wait(t *rapid.T) {
	m.clock.Move(time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond)
}

// restart is rare, as it takes longer than any other step.
func (m *machine) restart(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "rarely") == 0 {
		m.reopen()
	}
}

func (m *machine) sweep(t *rapid.T) {
	if err := m.store.Sweep(t.Context()); err != nil {
		t.Fatalf("Sweep: %v", err)
	}
}

func (m *machine) check(t *rapid.T) {
	for name, r := range m.rooms {
		query := members.Query{Room: members.Key{Name: name, Session: r.Session}, Limit: 100}
		got, err := combine.One(m.store.Pages(t.Context(), []members.Query{query}))
		if err != nil {
			t.Fatalf("Pages: %v", err)
		}
		if want := r.Page(query, m.clock.Now()); !reflect.DeepEqual(got, want) {
			t.Fatalf("room %+v holds %+v, want %+v", query.Room, got, want)
		}
	}
}
