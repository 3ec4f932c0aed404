package redisstore_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/room"
)

func TestMembersAreListedWhileRedisTakesNoWrites(t *testing.T) {
	t.Parallel()
	for name, setting := range map[string][2]string{
		"its memory is full":       {"maxmemory", "1mb"},
		"it has lost its replicas": {"min-replicas-to-write", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &clocktest.Clock{}
			server := redistest.Start(t)
			db := redistest.Connect(t, redisdb.Config{Addrs: []string{server.Addr()}, Prefix: redistest.Prefix()}, clock.Now)
			store := mustOpen(t, db, room.Config{MemberTTL: time.Hour, MemberOrder: room.Oldest})
			mustEnter(t, store, members.Entry{Room: hall, User: "leaves"}, members.Entry{Room: hall, User: "leaves too"})
			clock.Move(time.Minute)
			mustEnter(t, store, members.Entry{Room: hall, User: "stays"})
			before := content(t, db)
			if err := db.Client().ConfigSet(t.Context(), setting[0], setting[1]).Err(); err != nil {
				t.Fatal(err)
			}
			clock.Move(time.Hour - time.Minute)

			if got := users(mustPage(t, store, hall)); !slices.Equal(got, []string{"stays"}) {
				t.Errorf("the members are %q", got)
			}
			if size := mustSize(t, store, hall); size != 1 {
				t.Errorf("the size is %d", size)
			}
			if got := content(t, db); got != before {
				t.Errorf("a read has changed what is kept:\n%s\nwas\n%s", got, before)
			}
		})
	}
}

func TestAPageIsCheapWhileAHundredThousandAreDue(t *testing.T) {
	t.Parallel()
	clock := &clocktest.Clock{}
	server := redistest.Start(t)
	db := redistest.Connect(t, redisdb.Config{Addrs: []string{server.Addr()}, Prefix: redistest.Prefix()}, clock.Now)
	store := mustOpen(t, db, room.Config{MemberTTL: time.Hour, MemberOrder: room.Oldest})
	var many []members.Entry
	for i := range 100_000 {
		many = append(many, members.Entry{Room: hall, User: fmt.Sprintf("u%06d", i)})
	}
	mustEnter(t, store, many...)
	clock.Move(time.Minute)
	stay := []string{"s1", "s2", "s3"}
	for _, user := range stay {
		mustEnter(t, store, members.Entry{Room: hall, User: user})
	}
	clock.Move(time.Hour - time.Minute)
	before := server.Processor(t)
	if got := users(mustPage(t, store, hall)); !slices.Equal(got, stay) {
		t.Errorf("the members are %q, want %q", got, stay)
	}
	took := server.Processor(t) - before
	if took > time.Second/4 {
		t.Errorf("the page took Redis %v of processor time", took)
	}
	t.Logf("the page took Redis %v of processor time", took)
	if err := store.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lengths, want := kept(t, db), [4]int{3, 3, 3, 3}; lengths != want {
		t.Errorf("after a sweep the keys have %d parts, want %d", lengths, want)
	}
}
