package setup_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/room/redisstore"
	"xiaozhibo.dev/services/room/storetest"
)

// The rule of a room is written twice: room.Value, which the bbolt store runs on, and
// the scripts of Redis. Here both live through the same histories, beside the rule alone.
func TestTheRuleOfARoomIsTheSameInGoAndInLua(t *testing.T) {
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		for _, order := range []room.Order{room.Oldest, room.Newest, room.ByLevel} {
			clock := &clocktest.Clock{}
			clock.Move(1_480_000_000 * time.Second)
			config := &room.Config{MemberTTL: time.Minute, MemberOrder: order, MaxMembers: 4}
			if order == room.Newest {
				config.MemberTTL = time.Hour // longer than presences may be late
			}
			bolt, err := boltstore.Open(filepath.Join(t.TempDir(), "room.db"), *config, clock.Now, nil, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			redis := redisstore.New(open(t, redistest.Prefix(), clock.Now), *config)
			run := 0
			rapid.Check(t, func(t *rapid.T) {
				if run++; run > 50 {
					return // each step is a commit
				}
				h := &history{clock, config, []room.Store{bolt, redis}, map[string]*storetest.Audience{}, run}
				for range rapid.IntRange(1, 25).Draw(t, "steps") {
					h.step(t)
				}
			})
			if err := errors.Join(redis.Close(), bolt.Close()); err != nil {
				t.Error(err)
			}
		}
	})
}

// history is what happens to two rooms that no other history has: each step is taken by
// all stores and by the rule alone, and every answer is compared.
type history struct {
	clock  *clocktest.Clock
	config *room.Config
	stores []room.Store
	rule   map[string]*storetest.Audience
	run    int
}

func (h *history) step(t *rapid.T) {
	key := h.key(t)
	switch rapid.IntRange(0, 9).Draw(t, "step") {
	case 0:
		most := rapid.SampledFrom([]int{1000, 70_000, 800_000}).Draw(t, "most") // longer than members and traces last
		h.clock.Move(time.Duration(rapid.IntRange(0, most).Draw(t, "ms")) * time.Millisecond)
	case 1:
		for _, s := range h.stores {
			if err := s.Sweep(context.Background()); err != nil {
				t.Fatalf("Sweep: %v", err)
			}
		}
	case 2, 3:
		h.quit(t, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) members.Exit {
			return members.Exit{Room: h.key(t), User: user(t), Remember: rapid.Bool().Draw(t, "remember")}
		}), 1, 4).Draw(t, "exits"))
	case 4, 5, 6:
		h.hear(t, rapid.SliceOfN(rapid.Custom(h.presence), 1, 6).Draw(t, "presences"))
	default:
		h.enter(t, rapid.SliceOfN(rapid.Custom(h.entry), 1, 6).Draw(t, "entries"))
	}
	h.look(t, key)
}

func (h *history) key(t *rapid.T) members.Key {
	return members.Key{
		Name:    fmt.Sprintf("%d %s", h.run, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "room")),
		Session: h.clock.Now().UnixMilli()/600_000*600_000 + rapid.SampledFrom([]int64{0, 0, 0, 1, 2, (20 * time.Hour).Milliseconds()}).Draw(t, "session"),
	}
}

func user(t *rapid.T) string {
	return rapid.SampledFrom([]string{"u", "v", "w x", "é\x01", "y"}).Draw(t, "user")
}

func (h *history) entry(t *rapid.T) members.Entry {
	e := members.Entry{Room: h.key(t), User: user(t), Nickname: rapid.SampledFrom([]string{"", "n 1 {", "名"}).Draw(t, "nickname")}
	if rapid.Bool().Draw(t, "has a level") {
		level := rapid.Int32Range(-2, 3).Draw(t, "level")
		e.Level = &level
	}
	return e
}

func (h *history) audience(name string) *storetest.Audience {
	if h.rule[name] == nil {
		h.rule[name] = &storetest.Audience{Config: h.config}
	}
	return h.rule[name]
}

func (h *history) enter(t *rapid.T, entries []members.Entry) {
	want := make([]string, len(entries))
	for i, e := range entries {
		want[i] = string(apierr.CodeOf(h.audience(e.Room.Name).Enter(e, h.clock.Now())))
	}
	for _, s := range h.stores {
		for i, entered := range s.Enter(context.Background(), entries) {
			if got := string(apierr.CodeOf(entered.Err)); got != want[i] {
				t.Fatalf("%T answers %q to %+v, the rule %q", s, got, entries[i], want[i])
			}
		}
	}
}

func (h *history) quit(t *rapid.T, exits []members.Exit) {
	for _, e := range exits {
		h.audience(e.Room.Name).Quit(e, h.clock.Now())
	}
	for _, s := range h.stores {
		for i, quit := range s.Quit(context.Background(), exits) {
			if quit.Err != nil {
				t.Fatalf("%T answers %v to %+v", s, quit.Err, exits[i])
			}
		}
	}
}

// presence is of now, more or less, by a clock that is half a minute behind ours.
func (h *history) presence(t *rapid.T) members.Presence {
	age := rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64Range(0, 90_000), rapid.Int64Range(0, 900_000)).Draw(t, "age")
	wrong := rapid.SampledFrom([]int64{0, 0, -1, 1000, -30_000}).Draw(t, "wrong")
	return members.Presence{
		Room: h.key(t), User: user(t), In: rapid.Bool().Draw(t, "in"),
		At: h.clock.Now().UnixMilli() - 30_000 - age, Age: max(0, age+wrong),
	}
}

func (h *history) hear(t *rapid.T, presences []members.Presence) {
	want := make([]string, len(presences))
	for i, p := range presences {
		verdict, err := h.audience(p.Room.Name).Hear(p, h.clock.Now())
		want[i] = string(verdict) + string(apierr.CodeOf(err))
	}
	for _, s := range h.stores {
		for i, result := range s.Hear(context.Background(), presences) {
			if got := string(result.Value) + string(apierr.CodeOf(result.Err)); got != want[i] {
				t.Fatalf("%T answers %q to %+v, the rule %q", s, got, presences[i], want[i])
			}
		}
	}
}

// look compares pages and sizes of a room.
func (h *history) look(t *rapid.T, key members.Key) {
	for _, q := range []members.Query{{Room: key, Limit: 100}, {Room: key, Offset: 1, Limit: 2}} {
		want := h.audience(key.Name).Page(q, h.clock.Now())
		for _, s := range h.stores {
			page := s.Pages(context.Background(), []members.Query{q})[0]
			size := s.Sizes(context.Background(), []members.Key{key})[0]
			came := s.Audiences(context.Background(), []members.Key{key})[0]
			if came.Err != nil || came.Value != h.audience(key.Name).Came[key.Session] {
				t.Fatalf("%T answers that %+v came, the rule %+v", s, came, h.audience(key.Name).Came)
			}
			if page.Err != nil || size.Err != nil || !reflect.DeepEqual(page.Value, want) || size.Value != want.Total {
				t.Fatalf("%T answers %+v and the size %+v, the rule %+v", s, page, size, want)
			}
		}
	}
}
