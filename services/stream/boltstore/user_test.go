package boltstore_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

// The records of a user and of its summaries may come into different parts of a restore.
func TestTwoPartsOfARestoreLoseNothingOfAUser(t *testing.T) {
	t.Parallel()
	session := string(boltstore.EncodeCurrent(&stream.Current{}))
	for name, test := range map[string]struct{ before, after, want string }{
		"the session first": {boltstore.Value(session, hidden(1), ""), boltstore.Value("", "", boltstore.Endings(7, 9)), boltstore.Value(session, hidden(1), boltstore.Endings(7, 9))},
		"the session last":  {boltstore.Value("", "", boltstore.Endings(7, 9)), boltstore.Value(session, hidden(1), ""), boltstore.Value(session, hidden(1), boltstore.Endings(7, 9))},
		"two sessions":      {boltstore.Value(session, hidden(1), ""), boltstore.Value(session, hidden(2), ""), boltstore.Value(session, hidden(2), "")},
		"endings in both":   {boltstore.Value("", "", boltstore.Endings(8, 20, 6, 7)), boltstore.Value("", "", boltstore.Endings(9, 10, 6, 30)), boltstore.Value("", "", boltstore.Endings(9, 10, 8, 20, 6, 30))},
	} {
		if got := boltstore.Join([]byte("users"), []byte(test.before), []byte(test.after)); string(got) != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	if got := boltstore.Join([]byte("bans"), []byte("one"), []byte("other")); string(got) != "other" {
		t.Errorf("of two bans %q stays, want the later", got)
	}
}

// What is damaged of a user takes nothing else of it with it.
func TestOfAUserWithDamagedEndingsTheRoomStaysAndOpensAgain(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, AnchorTTL: time.Hour, RecordingWindow: time.Hour, SummaryTTL: time.Hour, MaxChanges: 1}
	store := mustOpen(t, path, config, clock.Now)
	service := stream.New(config, store)
	for _, group := range []string{"g1", "g2", "g3"} {
		begins(t, service, group)
	}
	wantSummaries(t, service, 2)
	mustClose(t, store)
	inFile(t, path, func(tx *bbolt.Tx) error {
		value := bytes.Clone(tx.Bucket([]byte("users")).Get([]byte("a")))
		value[len(value)-1]++ // the endings stand last
		return tx.Bucket([]byte("users")).Put([]byte("a"), value)
	})
	store = mustOpen(t, path, config, clock.Now)
	defer mustClose(t, store)
	service = stream.New(config, store)
	sessions, err := combine.All(service.Sessions(t.Context(), []string{"a"}))
	if err != nil || sessions[0] == nil || sessions[0].Group != "g3" {
		t.Errorf("the room is %+v, %v", sessions[0], err)
	}
	wantSummaries(t, service, 0)
	begins(t, service, "g4")
	wantSummaries(t, service, 1)
}

// A user who is forgotten has summaries until their own time is over.
func TestOfAUserWhoIsForgottenSummariesStay(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, AnchorTTL: time.Hour, RecordingWindow: time.Hour, SummaryTTL: 1000 * time.Hour, MaxChanges: 1}
	store := mustOpen(t, path, config, clock.Now)
	service := stream.New(config, store)
	begins(t, service, "g1")
	begins(t, service, "g2")
	clock.Move(100 * time.Hour)
	for range 2 {
		if err := service.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.Move(100 * time.Hour)
	}
	if sessions, err := combine.All(service.Sessions(t.Context(), []string{"a"})); err != nil || sessions[0] != nil {
		t.Errorf("the room is %+v, %v", sessions[0], err)
	}
	wantSummaries(t, service, 2)
	clock.Move(1000 * time.Hour)
	if err := service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustClose(t, store)
	inFile(t, path, func(tx *bbolt.Tx) error {
		for _, bucket := range []string{"users", "ended", "waits"} {
			if key, _ := tx.Bucket([]byte(bucket)).Cursor().First(); key != nil {
				t.Errorf("in the bucket %s there is still %q", bucket, key)
			}
		}
		return nil
	})
}

func begins(t *testing.T, service *stream.Service, group string) {
	t.Helper()
	if _, err := service.Open(t.Context(), streams.Opening{User: "a", StreamID: "8888_a", Group: group, Title: "t"}); err != nil {
		t.Fatal(err)
	}
}

func wantSummaries(t *testing.T, service *stream.Service, want int) {
	t.Helper()
	page, err := service.Summaries(t.Context(), streams.SummaryQuery{User: "a", Limit: streams.MaxSummaries})
	if err != nil || len(page.Summaries) != want {
		t.Errorf("the summaries are %+v, %v, want %d", page.Summaries, err, want)
	}
}
