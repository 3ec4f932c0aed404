package boltstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/room"
)

func TestATimeToLiveChangedOverARestartHoldsForThoseWhoWereThere(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room.db"), &clocktest.Clock{}
	key := members.Key{Name: "a", Session: 1}
	config := room.Config{MemberTTL: time.Hour, MemberOrder: room.Oldest}
	store := mustOpen(t, path, config, clock.Now)
	if _, err := combine.All(store.Enter(t.Context(), []members.Entry{{Room: key, User: "u"}})); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		ttl  time.Duration
		want int
	}{{time.Minute, 1}, {2 * time.Hour, 1}, {time.Second, 0}} {
		mustClose(t, store)
		clock.Move(10 * time.Second)
		config.MemberTTL = test.ttl
		store = mustOpen(t, path, config, clock.Now)
		sizes, err := combine.All(store.Sizes(t.Context(), []members.Key{key}))
		if err != nil || sizes[0] != test.want {
			t.Errorf("under %s there are %v members, %v, want %d", test.ttl, sizes, err, test.want)
		}
	}
	mustClose(t, store)
}

// The time to live is raised over the restart, so a record that was left behind would be
// that of a second member.
func TestWhoComesBackBeforeTheSweepIsKeptOnce(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room.db"), &clocktest.Clock{}
	config := room.Config{MemberTTL: time.Minute, MemberOrder: room.Oldest}
	store := mustOpen(t, path, config, clock.Now)
	for range 2 {
		for _, user := range []string{"u", "v"} {
			if _, err := combine.All(store.Enter(t.Context(), []members.Entry{{Room: key, User: user}})); err != nil {
				t.Fatal(err)
			}
		}
		clock.Move(time.Minute)
	}
	if _, err := combine.All(store.Quit(t.Context(), []members.Exit{{Room: key, User: "v"}})); err != nil {
		t.Fatal(err)
	}
	mustClose(t, store)
	config.MemberTTL = time.Hour
	store = mustOpen(t, path, config, clock.Now)
	defer mustClose(t, store)
	mustList(t, store, key, members.Member{User: "u"})
}
