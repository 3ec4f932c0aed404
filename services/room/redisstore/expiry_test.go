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

func testManyLeave(t *testing.T, open redistest.Open) {
	clock := &clocktest.Clock{}
	db := open(t, redistest.Prefix(), clock.Now)
	store := mustOpen(t, db, room.Config{MemberTTL: time.Hour, MemberOrder: room.ByLevel})
	level := int32(9)
	var many []members.Entry
	for i := range 3456 {
		many = append(many, members.Entry{Room: hall, User: fmt.Sprintf("u%04d", i), Level: &level})
	}
	mustEnter(t, store, many...)
	clock.Move(time.Minute)
	mustEnter(t, store, members.Entry{Room: hall, User: "stays"})
	clock.Move(time.Hour - time.Minute)

	if size := mustSize(t, store, hall); size != 1 {
		t.Errorf("the size is %d before any is removed, want 1", size)
	}
	last := many[len(many)-1].User // not among the first who are removed
	mustEnter(t, store, members.Entry{Room: hall, User: last})
	if got, want := users(mustPage(t, store, hall)), []string{"stays", last}; !slices.Equal(got, want) {
		t.Errorf("the members are %.60q, want %q", got, want)
	}
	if size := mustSize(t, store, hall); size != 2 {
		t.Errorf("the size is %d, want 2", size)
	}
	if err := store.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lengths, want := kept(t, db), [4]int{3, 2, 2, 2}; lengths != want {
		t.Errorf("the keys of the room have %d parts, want %d", lengths, want)
	}
}

func testAllLeft(t *testing.T, open redistest.Open) {
	clock := &clocktest.Clock{}
	db := open(t, redistest.Prefix(), clock.Now)
	store := mustOpen(t, db, room.Config{MemberTTL: time.Hour, MemberOrder: room.Oldest})
	older := members.Key{Name: hall.Name, Session: hall.Session - 1}
	mustEnter(t, store, members.Entry{Room: hall, User: "a"}, members.Entry{Room: hall, User: "b"})
	clock.Move(time.Hour)
	mustEnter(t, store, members.Entry{Room: older, User: "c"})
	if got, want := users(mustPage(t, store, older)), []string{"c"}; !slices.Equal(got, want) {
		t.Errorf("the members are %q, want %q", got, want)
	}
	mustQuit(t, store, members.Exit{Room: older, User: "c"})
	if lengths := kept(t, db); lengths != [4]int{} {
		t.Errorf("the keys of an empty room have %d parts, want none", lengths)
	}
}

func testAbandoned(t *testing.T, open redistest.Open) {
	db := open(t, redistest.Prefix(), nil)
	store := mustOpen(t, db, room.Config{MemberTTL: 24 * time.Hour, MemberOrder: room.Oldest})
	mustEnter(t, store, members.Entry{Room: hall, User: "u"})
	for _, key := range keys(db) {
		left, err := db.Client().PTTL(t.Context(), key).Result()
		if err != nil || left <= 47*time.Hour || left > 48*time.Hour {
			t.Errorf("%s expires in %s, %v, want twice the time to live", key, left, err)
		}
	}
}
