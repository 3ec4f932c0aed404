package redisstore_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/room"
)

var hall = members.Key{Name: "hall", Session: 7}

func testTTLChanged(t *testing.T, open redistest.Open) {
	prefix, clock := redistest.Prefix(), &clocktest.Clock{}
	store := mustOpen(t, open(t, prefix, clock.Now), room.Config{MemberTTL: time.Hour, MemberOrder: room.Oldest})
	mustEnter(t, store, members.Entry{Room: hall, User: "u"})
	for _, test := range []struct {
		ttl  time.Duration
		want int
	}{{time.Minute, 1}, {2 * time.Hour, 1}, {time.Second, 0}} {
		clock.Move(10 * time.Second)
		store = mustOpen(t, open(t, prefix, clock.Now), room.Config{MemberTTL: test.ttl, MemberOrder: room.Oldest})
		if size := mustSize(t, store, hall); size != test.want {
			t.Errorf("under %s there are %d members, want %d", test.ttl, size, test.want)
		}
	}
}

func testOrderChanged(t *testing.T, open redistest.Open) {
	const size, levels = 1234, 3
	var oldest, byLevel []string
	var entries []members.Entry
	for i := range size {
		level := int32(i % levels)
		oldest = append(oldest, fmt.Sprintf("u%04d", i))
		entries = append(entries, members.Entry{Room: hall, User: oldest[i], Level: &level})
	}
	for level := levels - 1; level >= 0; level-- {
		for i := level; i < size; i += levels {
			byLevel = append(byLevel, oldest[i])
		}
	}
	newest := slices.Clone(oldest)
	slices.Reverse(newest)

	prefix, clock := redistest.Prefix(), &clocktest.Clock{}
	for i, test := range []struct {
		order room.Order
		want  []string
	}{
		{room.Oldest, oldest}, {room.ByLevel, byLevel}, {room.Newest, newest}, {room.ByLevel, byLevel}, {room.Oldest, oldest},
	} {
		store := mustOpen(t, open(t, prefix, clock.Now), room.Config{MemberTTL: time.Hour, MemberOrder: test.order})
		if i == 0 {
			mustEnter(t, store, entries...)
		}
		if i == 3 {
			mustEnter(t, store, members.Entry{Room: hall, User: oldest[0]}) // arranges the room as well
		}
		if got := users(mustPage(t, store, hall)); !slices.Equal(got, test.want) {
			t.Errorf("in order %s the members are %.60q…, want %.60q…", test.order, got, test.want)
		}
	}
}
