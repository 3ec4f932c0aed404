package boltstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/services/stream"
)

func TestADamagedRecordIsAFailureOfTheStoreAndHarmsNoOther(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 2 * time.Hour, AnchorTTL: 30 * 24 * time.Hour}
	store := mustOpen(t, path, config, clock.Now)
	service := stream.New(config, store)
	opens(t, service)
	if _, err := service.Open(t.Context(), streams.Opening{User: "b", StreamID: "8888_b", Group: "g", Title: "t"}); err != nil {
		t.Fatal(err)
	}
	recorded := streams.File{StreamID: "8888_a", FileID: "f", URL: "http://v/f.flv", Format: "flv", Start: 1_480_000_000, End: 1_480_000_100}
	if verdict, err := service.AddFile(t.Context(), recorded); verdict != streams.Applied || err != nil {
		t.Fatalf("AddFile: %q, %v", verdict, err)
	}
	mustClose(t, store)
	damage(t, path, "users", "a")
	damage(t, path, "recordings", "")

	store = mustOpen(t, path, config, clock.Now)
	defer mustClose(t, store)
	service = stream.New(config, store)
	sessions := service.Sessions(t.Context(), []string{"a", "b"})
	if apierr.CodeOf(sessions[0].Err) != apierr.Storage || sessions[1].Err != nil || sessions[1].Value == nil {
		t.Errorf("rooms %v", sessions)
	}
	recordings := service.Recordings(t.Context(), []streams.FileKey{{User: "a", FileID: "f"}, {User: "a", FileID: "none"}})
	if apierr.CodeOf(recordings[0].Err) != apierr.Storage || recordings[1].Err != nil {
		t.Errorf("recordings %v", recordings)
	}
}

// damage cuts the record of a key, or every one of the bucket, in half.
func damage(t *testing.T, path, bucket, key string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		cut := map[string][]byte{}
		err := tx.Bucket([]byte(bucket)).ForEach(func(k, raw []byte) error {
			if key == "" || string(k) == key {
				cut[string(k)] = append([]byte(nil), raw[:len(raw)/2]...)
			}
			return nil
		})
		for k, raw := range cut {
			if err := tx.Bucket([]byte(bucket)).Put([]byte(k), raw); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
