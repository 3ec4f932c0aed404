package boltstore_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

// What a file of format 4 tells is what it told in format 3: the file is written by today's
// code, brought back to format 3, and migrated.
func TestAFileOfFormat3KeepsItsStoriesAndSummaries(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{
		LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 48 * time.Hour, AnchorTTL: 48 * time.Hour, SummaryTTL: time.Hour, MaxChanges: 1,
	}
	store := mustOpen(t, path, config, clock.Now)
	service := stream.New(config, store)
	for i := range 9 { // three sessions of each
		user := []string{"tom", "ann", "a"}[i%3]
		if _, err := service.Open(t.Context(), streams.Opening{User: user, StreamID: "8888_" + user, Group: fmt.Sprint("g", i), Title: "t"}); err != nil {
			t.Fatal(err)
		}
		push := streams.Push{StreamID: "8888_" + user, Sequence: fmt.Sprint(i), Began: true, At: clock.Now().Unix()}
		if _, err := service.ApplyPush(t.Context(), push); err != nil {
			t.Fatal(err)
		}
		clock.Move(time.Minute)
	}
	before := tell(t, service)
	mustClose(t, store)
	inFile(t, path, func(tx *bbolt.Tx) error {
		if err := boltstore.ToFormat3(tx); err != nil {
			return err
		}
		lost := []byte(ended(9) + key("lost", 1)) // it leads nowhere, as after damage
		tom, _ := tx.Bucket([]byte("summaries")).Cursor().Last()
		stale := append([]byte(ended(9)), tom...) // of an earlier end, as after the restore of a backup that has it twice
		if err := errors.Join(tx.Bucket([]byte("ended")).Put(lost, nil), tx.Bucket([]byte("ended")).Put(stale, nil)); err != nil {
			return err
		}
		if err := boltstore.Migrations[2](tx); err != nil {
			return err
		}
		boltstore.Check(tx, func(bucket string, key []byte, problem string) { t.Errorf("%s %q: %s", bucket, key, problem) })
		return nil
	})

	store = mustOpen(t, path, config, clock.Now)
	t.Cleanup(func() { mustClose(t, store) })
	if after := tell(t, stream.New(config, store)); !slices.Equal(after, before) {
		t.Errorf("after it\n%v\nwant\n%v", after, before)
	}
}

func inFile(t *testing.T, path string, change func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(change); err != nil {
		t.Fatal(err)
	}
}

// tell returns all summaries, those of each user, and every story.
func tell(t *testing.T, service *stream.Service) (told []string) {
	t.Helper()
	for _, user := range []string{"", "tom", "ann", "a"} {
		page, err := service.Summaries(t.Context(), streams.SummaryQuery{User: user, Limit: streams.MaxSummaries})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Summaries {
			told = append(told, fmt.Sprintf("%q: %+v", user, s))
			story, err := combine.One(service.Stories(t.Context(), []streams.StoryKey{{User: s.User, Session: s.Session}}))
			if err != nil || story == nil {
				t.Fatalf("the story of %+v is %v, %v", s, story, err)
			}
			told = append(told, fmt.Sprintf("%+v", *story))
		}
	}
	for _, user := range []string{"tom", "ann", "a"} {
		story, err := combine.One(service.Stories(t.Context(), []streams.StoryKey{{User: user}}))
		if err != nil || story == nil {
			t.Fatalf("the story of %s is %v, %v", user, story, err)
		}
		told = append(told, fmt.Sprintf("%+v", *story))
	}
	return told
}
