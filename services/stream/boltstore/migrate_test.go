package boltstore_test

import (
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

// Records of format 1, as they were written by its code.
var format1 = map[string]map[string]string{
	"anchors": {
		"tom": `{"room":{"user":"tom","session":1480000000000,"stream_id":"8888_tom","group":"g1","title":"today",` +
			`"profile":{"nickname":"Tom"},"timestamp":1480000001,"online":true},"opened":1480000000000,"first_online":1480000001000,` +
			`"said_online":1480000001000,"due":1480003601000,"push":{"sequence":"s2","at":1480000001},"done":["s1"],` +
			`"past":[{"opened":1479990000000,"ended":1479999000000,"title":"yesterday","profile":{"nickname":"Thomas"}}],"ttl":3600000}`,
		"ann": `{"room":{"user":"ann","session":1479990000000,"stream_id":"8888_ann","group":"g2","title":"over","profile":{},` +
			`"timestamp":1479990000,"online":false},"opened":1479990000000,"first_online":1479990000000,"due":1479993600000,` +
			`"ended":1479993000000,"left":1479993000000,"push":{},"ttl":3600000}`,
	},
	"streams": {"8888_tom": "tom", "8888_ann": "ann"},
	"recordings": {
		"\x03tom\x00\x00\x00\x00\x58\x36\xdd\x30f1": `{"user":"tom","file_id":"f1","title":"yesterday","profile":{},"start":1479990576,"end":1479999000,"flv":"http://f1"}`,
	},
	"files": {"\x03tomf1": "\x03tom\x00\x00\x00\x00\x58\x36\xdd\x30f1"},
}

func TestAFileOfFormat1IsTakenOverWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "stream.db")
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for name, records := range format1 {
			bucket, err := tx.CreateBucket([]byte(name))
			if err != nil {
				return err
			}
			for key, record := range records {
				if err := bucket.Put([]byte(key), []byte(record)); err != nil {
					return err
				}
			}
		}
		for _, migrate := range boltstore.Migrations {
			if err := migrate(tx); err != nil {
				return err
			}
		}
		boltstore.Check(tx, func(bucket string, key []byte, problem string) { t.Errorf("%s %q: %s", bucket, key, problem) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	clock := &clocktest.Clock{}
	clock.Move(1_480_000_100 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 48 * time.Hour, AnchorTTL: 48 * time.Hour}
	store := mustOpen(t, path, config, clock.Now)
	t.Cleanup(func() { mustClose(t, store) })
	service := stream.New(config, store)
	page, err := combine.One(service.Pages(t.Context(), []streams.Query{{Live: true, Recorded: true, Limit: 10}}))
	if err != nil || page.Total != 2 || len(page.Sessions) != 1 || page.Sessions[0].Title != "today" || len(page.Recordings) != 1 {
		t.Fatalf("the list is %+v, %v", page, err)
	}
	sessions, err := combine.All(service.Sessions(t.Context(), []string{"tom", "ann"}))
	if err != nil || sessions[0].Profile.Nickname != "Tom" || sessions[1] == nil || sessions[1].Title != "over" || sessions[1].Online {
		t.Errorf("the rooms are %+v, %+v, %v", sessions[0], sessions[1], err)
	}
	late := streams.File{StreamID: "8888_tom", FileID: "f2", URL: "http://f2", Format: streams.FLV, Start: 1479991000, End: 1479998000}
	if verdict, err := service.AddFile(t.Context(), late); err != nil || verdict != streams.Applied {
		t.Fatalf("AddFile: %q, %v", verdict, err)
	}
	found, err := combine.One(service.Recordings(t.Context(), []streams.FileKey{{User: "tom", FileID: "f2"}}))
	if err != nil || found.Title != "yesterday" || found.Profile.Nickname != "Thomas" {
		t.Errorf("a late recording of an earlier session is %+v, %v", found, err)
	}
	if verdict, err := service.ApplyPush(t.Context(), streams.Push{StreamID: "8888_tom", Sequence: "s1", Began: true}); err != nil || verdict != streams.EndedPush {
		t.Errorf("a sequence that was over is %q, %v", verdict, err)
	}
	clock.Move(time.Hour)
	if page, err := combine.One(service.Pages(t.Context(), []streams.Query{{Live: true}})); err != nil || page.Total != 0 {
		t.Errorf("after its time the list is %+v, %v", page, err)
	}
}

// A file of format 2 has none of the buckets that came with format 3.
func TestInAFileOfFormat2FilesAreFoundWithoutTheirUser(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 48 * time.Hour, AnchorTTL: 48 * time.Hour, SummaryTTL: time.Hour, MaxChanges: 1}
	store := mustOpen(t, path, config, clock.Now)
	service := stream.New(config, store)
	users := []string{"tom", "ann"}
	for _, user := range users {
		if _, err := service.Open(t.Context(), streams.Opening{User: user, StreamID: "8888_" + user, Group: "g", Title: "t"}); err != nil {
			t.Fatal(err)
		}
		file := streams.File{StreamID: "8888_" + user, FileID: "f", URL: "http://f", Format: streams.FLV, Start: 1_480_000_000, End: 1_480_000_100}
		if verdict, err := service.AddFile(t.Context(), file); err != nil || verdict != streams.Applied {
			t.Fatalf("AddFile: %q, %v", verdict, err)
		}
	}
	mustClose(t, store)
	migrateFrom2(t, path)

	store = mustOpen(t, path, config, clock.Now)
	t.Cleanup(func() { mustClose(t, store) })
	service = stream.New(config, store)
	if verdict, err := service.RemoveFiles(t.Context(), []string{"f"}); err != nil || verdict != streams.Applied {
		t.Fatalf("RemoveFiles: %q, %v", verdict, err)
	}
	for _, user := range users {
		if found, err := combine.One(service.Recordings(t.Context(), []streams.FileKey{{User: user, FileID: "f"}})); err != nil || found != nil {
			t.Errorf("the recording of %q is %+v, %v", user, found, err)
		}
	}
}

// migrateFrom2 takes out of a file what format 2 did not have, and migrates it.
func migrateFrom2(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		if err := boltstore.ToFormat4(tx); err != nil {
			return err
		}
		for _, name := range []string{"fileusers", "ended", "endings", "changes", "bans", "bookmarks", "journal"} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		if err := boltstore.JSONHistories(tx); err != nil {
			return err
		}
		for _, migrate := range boltstore.Migrations[1:] {
			if err := migrate(tx); err != nil {
				return err
			}
		}
		boltstore.Check(tx, func(bucket string, key []byte, problem string) { t.Errorf("%s %q: %s", bucket, key, problem) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
