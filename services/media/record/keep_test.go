package record_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/record"
)

func TestOldRecordingsAndTheOldestOfTooManyAreRemoved(t *testing.T) {
	dir, now := t.TempDir(), time.Unix(1480000000, 0)
	for name, age := range map[string]time.Duration{"1-1.mp4": 5 * time.Hour, "2-1.mp4": 3 * time.Hour, "3-1.mp4": 2 * time.Hour, "4-1.mp4": time.Hour, "5-1.flv": 0, "6-1.flv": 9 * time.Hour} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	recordings, err := record.Open(record.Options{
		Dir: dir, Slice: time.Hour, TTL: 4 * time.Hour, MaxBytes: 300,
		Tell: func(events.Event) error { return nil }, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := recordings.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if want := []string{"3-1.mp4", "4-1.mp4", "5-1.flv"}; !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
}

func TestARecordingThatNobodyCanPlayIsCounted(t *testing.T) {
	dir, lost, told := t.TempDir(), 0, 0
	if err := os.WriteFile(filepath.Join(dir, "1-1.json"), []byte(`{"stream":"8888_tom","sequence":"1","start":1480000000}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "1-1.flv"), 0o700); err != nil { // it cannot be read
		t.Fatal(err)
	}
	recordings, err := record.Open(record.Options{
		Dir: dir, Slice: time.Hour, TTL: time.Hour, MaxBytes: 300, Lost: func() { lost++ },
		Tell: func(events.Event) error { told++; return nil }, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	recordings.Recover()
	if lost != 1 || told != 0 {
		t.Errorf("lost %d recordings, told of %d", lost, told)
	}
}
