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
	"xiaozhibo.dev/services/room/redisstore"
)

func testSentTwice(t *testing.T, open redistest.Open) {
	for _, order := range []room.Order{room.Oldest, room.Newest, room.ByLevel} {
		clock := &clocktest.Clock{}
		db := open(t, redistest.Prefix(), clock.Now)
		store := mustOpen(t, db, room.Config{MemberTTL: time.Hour, MemberOrder: order})
		level := int32(3)
		newer := members.Key{Name: hall.Name, Session: hall.Session + 1}
		for i, step := range []func(){
			func() {
				mustEnter(t, store, members.Entry{Room: hall, User: "a"}, members.Entry{Room: hall, User: "b", Level: &level},
					members.Entry{Room: hall, User: "a", Nickname: "A"}, members.Entry{Room: hall, User: "c"})
			},
			func() {
				mustQuit(t, store, members.Exit{Room: hall, User: "a"}, members.Exit{Room: hall, User: "nobody"})
			},
			func() {
				mustEnter(t, store, members.Entry{Room: hall, User: "a"}, members.Entry{Room: hall, User: "d"})
			},
			func() {
				mustEnter(t, store, members.Entry{Room: hall, User: "e"}, members.Entry{Room: newer, User: "f"})
			},
			func() {
				mustEnter(t, store, members.Entry{Room: newer, User: "g"}, members.Entry{Room: hall, User: "h"})
			},
			func() { mustQuit(t, store, members.Exit{Room: hall, User: "g"}, members.Exit{Room: newer, User: "f"}) },
			func() { mustQuit(t, store, members.Exit{Room: newer, User: "g"}) },
		} {
			step()
			once := content(t, db)
			step()
			if twice := content(t, db); twice != once {
				t.Errorf("in order %s, step %d sent again makes\n%s\nof\n%s", order, i, twice, once)
			}
			clock.Move(time.Minute)
		}
	}
}

func testTwoProcesses(t *testing.T, open redistest.Open) {
	prefix, config := redistest.Prefix(), room.Config{MemberTTL: time.Hour, MemberOrder: room.Oldest}
	stores := []*redisstore.Store{mustOpen(t, open(t, prefix, nil), config), mustOpen(t, open(t, prefix, nil), config)}
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprint("u", i))
		mustEnter(t, stores[i%2], members.Entry{Room: hall, User: want[len(want)-1]})
		if i%3 == 2 {
			mustQuit(t, stores[i%2], members.Exit{Room: hall, User: want[0]})
			want = want[1:]
		}
		for _, store := range stores {
			if got, size := users(mustPage(t, store, hall)), mustSize(t, store, hall); !slices.Equal(got, want) || size != len(want) {
				t.Fatalf("the members are %q, %d, want %q", got, size, want)
			}
		}
	}
}
