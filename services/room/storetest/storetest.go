// Package storetest holds what every room.Store must stand: a map as its model,
// and being opened again.
package storetest

import (
	"fmt"
	"slices"
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
			store, reopen := open(t, room.Config{MemberTTL: 10 * time.Second, MemberOrder: order}, clock.Now)
			run := 0
			rapid.Check(t, func(t *rapid.T) {
				run++ // names of its own: runs share the store
				m := &machine{store: store, clock: clock, order: order, run: run, rooms: map[string]*modelRoom{}}
				m.reopen = func() { store = reopen(); m.store = store }
				t.Repeat(map[string]func(*rapid.T){
					"enter": m.enter, "quit": m.quit, "wait": m.wait, "reopen": m.restart, "sweep": m.sweep, "": m.check,
				})
			})
		})
	}
}

type modelMember struct {
	user, nickname string
	due            time.Time
	level          int32
}

type modelRoom struct {
	session int64
	members []modelMember // oldest first
}

type machine struct {
	store  room.Store
	reopen func()
	clock  *clocktest.Clock
	order  room.Order
	run    int
	rooms  map[string]*modelRoom
}

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
	r := m.rooms[entry.Room.Name]
	if r != nil && len(r.members) > 0 && entry.Room.Session < r.session {
		return
	}
	if r == nil || entry.Room.Session != r.session {
		r = &modelRoom{session: entry.Room.Session}
		m.rooms[entry.Room.Name] = r
	}
	one := modelMember{user: entry.User, nickname: entry.Nickname, due: m.clock.Now().Add(10 * time.Second)}
	at := slices.IndexFunc(r.members, func(other modelMember) bool { return other.user == one.user })
	if at >= 0 {
		one.level = r.members[at].level
	}
	if entry.Level != nil {
		one.level = *entry.Level
	}
	if at >= 0 {
		r.members[at] = one
	} else {
		r.members = append(r.members, one)
	}
}

func (m *machine) quit(t *rapid.T) {
	exit := members.Exit{Room: m.key(t), User: user(t)}
	if _, err := combine.All(m.store.Quit(t.Context(), []members.Exit{exit})); err != nil {
		t.Fatalf("Quit: %v", err)
	}
	if r := m.rooms[exit.Room.Name]; r != nil && r.session == exit.Room.Session {
		r.members = slices.DeleteFunc(r.members, func(one modelMember) bool { return one.user == exit.User })
	}
}

func (m *machine) wait(t *rapid.T) {
	m.clock.Move(time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond)
	for _, r := range m.rooms {
		r.members = slices.DeleteFunc(r.members, func(one modelMember) bool { return !one.due.After(m.clock.Now()) })
	}
}

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
		want := slices.Clone(r.members)
		switch m.order {
		case room.Newest:
			slices.Reverse(want)
		case room.ByLevel:
			slices.SortStableFunc(want, func(a, b modelMember) int { return int(b.level) - int(a.level) })
		}
		key := members.Key{Name: name, Session: r.session}
		pages, err := combine.All(m.store.Pages(t.Context(), []members.Query{{Room: key, Limit: 100}}))
		if err != nil {
			t.Fatalf("Pages: %v", err)
		}
		got := pages[0]
		same := slices.EqualFunc(got.Members, want, func(a members.Member, b modelMember) bool {
			return a.User == b.user && a.Nickname == b.nickname
		})
		if !same || got.Total != len(want) {
			t.Fatalf("room %+v holds %+v, want %+v", key, got, want)
		}
	}
}
