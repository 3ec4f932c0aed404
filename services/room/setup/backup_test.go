package setup_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/backup/backuptest"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/room/redisstore"
	"xiaozhibo.dev/services/room/setup"
)

const ttl = time.Hour

// world is one clock, and the stores that are told by it.
type world struct {
	t   *testing.T
	now time.Time
}

func (w *world) clock() time.Time { return w.now }

// open opens the store of a place; the place then has what is backed up.
func (w *world) open(place *backuptest.Place, config room.Config) room.Store {
	w.t.Helper()
	if place.DB != nil {
		store := redisstore.New(place.DB, config)
		w.t.Cleanup(func() { store.Close() })
		return store
	}
	store, err := boltstore.Open(filepath.Join(place.Dir, "room.db"), config, w.clock, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	place.File = backup.File(store)
	w.t.Cleanup(func() { store.Close() })
	return store
}

// Whatever has happened, and whatever happens afterwards: nobody can tell the store
// that was restored from the one that was backed up.
func TestARestoredStoreAnswersAsTheOneBefore(t *testing.T) {
	w := &world{}
	backuptest.EachWay(t, w.clock, func(t *testing.T, from, to func() backuptest.Place) {
		w.t, w.now = t, time.Unix(1480000000, 0)
		runs := 0
		rapid.Check(t, func(t *rapid.T) {
			if runs++; runs > 15 {
				return // each opens two stores
			}
			config := room.Config{MemberTTL: ttl, MemberOrder: rapid.SampledFrom([]room.Order{room.Oldest, room.Newest, room.ByLevel}).Draw(t, "order")}
			before, after := from(), to()
			one := w.open(&before, config)
			live(t, w, config.MemberOrder, one)
			backuptest.Move(t, setup.Kept(&config), before, after)
			live(t, w, config.MemberOrder, one, w.open(&after, config))
		})
	})
}

// live does the same to all stores, and wants the same answers of them.
func live(t *rapid.T, w *world, order room.Order, stores ...room.Store) {
	name := rapid.SampledFrom([]string{"live\x00tom", "live\x00汤姆 {}*?", "c"})
	user := rapid.SampledFrom([]string{"u", "v", "w\x01é\u2028", "x y", "z"})
	for range rapid.IntRange(0, 40).Draw(t, "steps") {
		key := members.Key{Name: name.Draw(t, "room"), Session: w.now.UnixMilli()/7_200_000*7_200_000 + rapid.Int64Range(0, 2).Draw(t, "session")}
		if key.Name == "c" {
			key.Session = 0 // of a recording
		}
		who := user.Draw(t, "user")
		var do func(room.Store) any
		switch rapid.IntRange(0, 5).Draw(t, "step") {
		case 0:
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "minutes")) * time.Minute)
			continue
		case 1:
			do = func(s room.Store) any { return s.Quit(context.Background(), []members.Exit{{Room: key, User: who}}) }
		case 2:
			do = func(s room.Store) any { return s.Sweep(context.Background()) }
		default:
			entry := members.Entry{Room: key, User: who, Nickname: rapid.SampledFrom([]string{"", "n&<\"", "名"}).Draw(t, "nickname")}
			if rapid.Bool().Draw(t, "has a level") {
				level := rapid.Int32Range(-2, 3).Draw(t, "level")
				entry.Level = &level
			}
			do = func(s room.Store) any { return s.Enter(context.Background(), []members.Entry{entry}) }
		}
		same(t, stores, do)
		same(t, stores, func(s room.Store) any {
			return fmt.Sprint(s.Pages(context.Background(), []members.Query{{Room: key, Limit: 100}}), s.Sizes(context.Background(), []members.Key{key}))
		})
		w.now = w.now.Add(time.Millisecond)
	}
}

func same(t *rapid.T, stores []room.Store, do func(room.Store) any) {
	t.Helper()
	want := do(stores[0])
	for _, s := range stores[1:] {
		if got := do(s); !reflect.DeepEqual(got, want) {
			t.Fatalf("the restored store answers %+v, the one before %+v", got, want)
		}
	}
}
