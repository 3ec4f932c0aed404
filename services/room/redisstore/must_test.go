package redisstore_test

import (
	"fmt"
	"slices"
	"testing"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room/redisstore"
)

func keys(db *redisdb.DB) [4]string {
	return [4]string{
		db.Key("room", hall.Name, ""), db.Key("room", hall.Name, ":u"), db.Key("room", hall.Name, ":o"), db.Key("room", hall.Name, ":t"),
	}
}

// content is all that is kept of hall.
func content(t *testing.T, db *redisdb.DB) (text string) {
	t.Helper()
	for i, key := range keys(db) {
		var value any
		var err error
		if i < 2 {
			value, err = db.Client().HGetAll(t.Context(), key).Result()
		} else {
			value, err = db.Client().ZRangeWithScores(t.Context(), key, 0, -1).Result()
		}
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("%s: %v\n", key, value)
	}
	return text
}

// kept returns how long each key of hall is.
func kept(t *testing.T, db *redisdb.DB) (lengths [4]int) {
	t.Helper()
	for i, key := range keys(db) {
		length := db.Client().ZCard
		if i < 2 {
			length = db.Client().HLen
		}
		found, err := length(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		lengths[i] = int(found)
	}
	return lengths
}

func mustEnter(tb testing.TB, store *redisstore.Store, entries ...members.Entry) {
	tb.Helper()
	for some := range slices.Chunk(entries, 512) { // as many as come over the wire at once
		if _, err := combine.All(store.Enter(tb.Context(), some)); err != nil {
			tb.Fatalf("Enter: %v", err)
		}
	}
}

func mustQuit(t *testing.T, store *redisstore.Store, exits ...members.Exit) {
	t.Helper()
	if _, err := combine.All(store.Quit(t.Context(), exits)); err != nil {
		t.Fatalf("Quit: %v", err)
	}
}

func mustSize(t *testing.T, store *redisstore.Store, key members.Key) int {
	t.Helper()
	sizes, err := combine.All(store.Sizes(t.Context(), []members.Key{key}))
	if err != nil {
		t.Fatalf("Sizes: %v", err)
	}
	return sizes[0]
}

// mustPage returns the whole room, checked to have no more members than rows.
func mustPage(t *testing.T, store *redisstore.Store, key members.Key) members.Page {
	t.Helper()
	pages, err := combine.All(store.Pages(t.Context(), []members.Query{{Room: key, Limit: 10_000}}))
	if err != nil {
		t.Fatalf("Pages: %v", err)
	}
	if page := pages[0]; page.Total != len(page.Members) {
		t.Fatalf("%d members on a page of a room of %d", len(page.Members), page.Total)
	}
	return pages[0]
}

func users(page members.Page) (names []string) {
	for _, member := range page.Members {
		names = append(names, member.User)
	}
	return names
}
