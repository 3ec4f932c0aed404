package setup_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/libs/store/backup/backuptest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
	"xiaozhibo.dev/services/stream/redisstore"
)

var config = stream.Config{
	LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 6 * time.Hour, AnchorTTL: 12 * time.Hour,
	SummaryTTL: 20 * time.Hour, MaxChanges: 1000,
}

// world is one clock, and the stores that are told by it.
type world struct {
	t   *testing.T
	now time.Time
}

func (w *world) clock() time.Time { return w.now }

func (w *world) open(place *backuptest.Place) *stream.Service {
	w.t.Helper()
	if place.DB != nil {
		store := redisstore.New(place.DB, config)
		w.t.Cleanup(func() { store.Close() })
		return stream.New(config, store)
	}
	store, err := boltstore.Open(filepath.Join(place.Dir, "stream.db"), config, w.clock, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	place.File = store
	w.t.Cleanup(func() { store.Close() })
	return stream.New(config, store)
}
