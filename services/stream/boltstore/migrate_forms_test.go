package boltstore_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
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

// What a file tells is what it told in an older format: it is written by today's code, brought
// back, and migrated.
func TestAFileOfAnOlderFormatKeepsItsStoriesAndSummaries(t *testing.T) {
	for format, back := range map[int]func(*bbolt.Tx) error{
		3: func(tx *bbolt.Tx) error {
			return errors.Join(boltstore.ToFormat4(tx), boltstore.ToFormat3(tx), spoil3(tx))
		},
		4: boltstore.ToFormat4,
	} {
		t.Run(fmt.Sprint(format), func(t *testing.T) {
			t.Parallel()
			clock, path, config := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db"), ofStories
			clock.Move(1_480_000_000 * time.Second)
			store := mustOpen(t, path, config, clock.Now)
			service := stream.New(config, store)
			for i := range 9 { // three sessions of each
				happens(t, service, clock, []string{"tom", "ann", "a"}[i%3], i)
			}
			before := tell(t, service)
			mustClose(t, store)
			inFile(t, path, func(tx *bbolt.Tx) error {
				if err := back(tx); err != nil {
					return err
				}
				for _, migrate := range boltstore.Migrations[format-1:] {
					if err := migrate(tx); err != nil {
						return err
					}
				}
				boltstore.Check(tx, func(bucket string, key []byte, problem string) { t.Errorf("%s %q: %s", bucket, key, problem) })
				return nil
			})

			store = mustOpen(t, path, config, clock.Now)
			t.Cleanup(func() { mustClose(t, store) })
			if after := tell(t, stream.New(config, store)); !slices.Equal(after, before) {
				t.Errorf("after it\n%v\nwant\n%v", after, before)
			}
		})
	}
}

// testdata/format4.db.gz was written by the code of format 4, to which the same had happened.
func TestAFileThatTheCodeOfFormat4HasWrittenTellsWhatTodaysTells(t *testing.T) {
	t.Parallel()
	clock, dir := &clocktest.Clock{}, t.TempDir()
	clock.Move(1_480_000_000 * time.Second)
	today := mustOpen(t, filepath.Join(dir, "today.db"), ofStories, clock.Now)
	defer mustClose(t, today)
	for i := range 9 {
		happens(t, stream.New(ofStories, today), clock, []string{"tom", "ann", "a"}[i%3], i)
	}
	path := filepath.Join(dir, "stream.db")
	unzip(t, filepath.Join("testdata", "format4.db.gz"), path)
	inFile(t, path, func(tx *bbolt.Tx) error {
		err := boltstore.Migrations[3](tx)
		boltstore.Check(tx, func(bucket string, key []byte, problem string) { t.Errorf("%s %q: %s", bucket, key, problem) })
		return err
	})
	old := mustOpen(t, path, ofStories, clock.Now)
	defer mustClose(t, old)
	if got, want := tell(t, stream.New(ofStories, old)), tell(t, stream.New(ofStories, today)); !slices.Equal(got, want) {
		t.Errorf("it tells\n%v\nwant\n%v", got, want)
	}
}

func unzip(t *testing.T, from, to string) {
	t.Helper()
	packed, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	zipped, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(zipped)
	if err = errors.Join(err, os.WriteFile(to, content, 0o600)); err != nil {
		t.Fatal(err)
	}
}

var ofStories = stream.Config{
	LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 48 * time.Hour, AnchorTTL: 48 * time.Hour, SummaryTTL: time.Hour, MaxChanges: 1,
}

// happens opens a session and begins its push; the one before is over.
func happens(t *testing.T, service *stream.Service, clock *clocktest.Clock, user string, i int) {
	t.Helper()
	if _, err := service.Open(t.Context(), streams.Opening{User: user, StreamID: "8888_" + user, Group: fmt.Sprint("g", i), Title: "t"}); err != nil {
		t.Fatal(err)
	}
	push := streams.Push{StreamID: "8888_" + user, Sequence: fmt.Sprint(i), Began: true, At: clock.Now().Unix()}
	if _, err := service.ApplyPush(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	clock.Move(time.Minute)
}

// spoil3 adds to a file of format 3 keys that lead nowhere, as after damage, and to a summary
// that has ended at another time, as after the restore of a backup that has it twice.
func spoil3(tx *bbolt.Tx) error {
	tom, _ := tx.Bucket([]byte("summaries")).Cursor().Last()
	stale := append([]byte(ended(9)), tom...)
	return errors.Join(tx.Bucket([]byte("ended")).Put([]byte(ended(9)+key("lost", 1)), nil), tx.Bucket([]byte("ended")).Put(stale, nil))
}

// A record that a disk has spoilt must not keep all others from being used.
func TestWhatIsDamagedInAFileOfFormat4IsDamagedAfterItAndNothingElseIs(t *testing.T) {
	t.Parallel()
	clock, path, config := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db"), ofStories
	clock.Move(1_480_000_000 * time.Second)
	store := mustOpen(t, path, config, clock.Now)
	for i := range 9 {
		happens(t, stream.New(config, store), clock, []string{"tom", "ann", "a"}[i%3], i)
	}
	mustClose(t, store)
	var found []string
	inFile(t, path, func(tx *bbolt.Tx) error {
		if err := boltstore.ToFormat4(tx); err != nil {
			return err
		}
		of := func(bucket string) *bbolt.Bucket { return tx.Bucket([]byte(bucket)) }
		_, summary := of("ended").Cursor().Last() // of tom
		last, _ := of("ended").Cursor().Last()
		if err := errors.Join(
			of("rooms").Put([]byte("tom"), of("rooms").Get([]byte("tom"))[1:]),
			of("anchors").Put([]byte("ann"), of("anchors").Get([]byte("ann"))[1:]),
			of("endings").Put([]byte("short"), nil),
			of("ended").Put(last, summary[1:]),
			boltstore.Migrations[3](tx),
		); err != nil {
			return err
		}
		boltstore.Check(tx, func(bucket string, key []byte, _ string) {
			found = append(found, bucket+" "+string(key[max(0, len(key)-11):]))
		})
		return nil
	})
	if want := []string{"users ann", "users tom", "ended tom"}; len(found) != 3 || found[0] != want[0] || found[1] != want[1] {
		t.Errorf("damaged are %q, want %q", found, want)
	}
	store = mustOpen(t, path, config, clock.Now)
	t.Cleanup(func() { mustClose(t, store) })
	page, err := stream.New(config, store).Summaries(t.Context(), streams.SummaryQuery{Limit: streams.MaxSummaries})
	if err != nil || len(page.Summaries) != 5 {
		t.Errorf("of six summaries one is damaged: %+v, %v", page.Summaries, err)
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
