package boltstore_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/room"
)

var key = members.Key{Name: "a", Session: 1}

// Strangers enter with the longest texts that are allowed.
func TestTextsOfMembersTakeNoMemory(t *testing.T) {
	const members, most = 4000, 1000 // bytes of memory for each; the texts have 2,500
	config := room.Config{MemberTTL: time.Hour, MemberOrder: room.Oldest}
	store := mustOpen(t, filepath.Join(t.TempDir(), "room.db"), config, time.Now)
	defer mustClose(t, store)
	before := heap()
	enter(t, store, members)
	if grown := int64(heap()) - int64(before); grown > members*most {
		t.Errorf("%d members take %d bytes of memory, want %d at most", members, grown, members*most)
	}
	mustShow(t, store, members)
}

func TestTextsStayWhenAJumpOfTheClockIsPutRight(t *testing.T) {
	clock := &clocktest.Clock{}
	config := room.Config{MemberTTL: time.Hour, MemberOrder: room.Oldest}
	path := filepath.Join(t.TempDir(), "room.db")
	store := mustOpen(t, path, config, clock.Now)
	clock.Move(240 * time.Hour)
	enter(t, store, 3)
	clock.Move(-240 * time.Hour)
	if err := store.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustShow(t, store, 3)
	mustClose(t, store)
	store = mustOpen(t, path, config, clock.Now)
	defer mustClose(t, store)
	mustShow(t, store, 3)
}

func full(i int) members.Entry {
	text := fmt.Sprintf("<%d&>", i)
	return members.Entry{Room: key, User: fmt.Sprint(i), Nickname: text + strings.Repeat("n", 500-len(text)), HeadPic: text + strings.Repeat("h", 2000-len(text))}
}

func enter(t *testing.T, store room.Store, size int) {
	t.Helper()
	var entries []members.Entry
	for i := range size {
		entries = append(entries, full(i))
	}
	if _, err := combine.All(store.Enter(t.Context(), entries)); err != nil {
		t.Fatal(err)
	}
}

// mustShow looks at the last of so many members.
func mustShow(t *testing.T, store room.Store, size int) {
	t.Helper()
	pages, err := combine.All(store.Pages(t.Context(), []members.Query{{Room: key, Offset: size - 1, Limit: 20}}))
	if err != nil {
		t.Fatal(err)
	}
	last := full(size - 1)
	want := members.Member{User: last.User, Nickname: last.Nickname, HeadPic: last.HeadPic}
	if page := pages[0]; page.Total != size || len(page.Members) != 1 || page.Members[0] != want {
		t.Errorf("the page is %.300v", page)
	}
}
