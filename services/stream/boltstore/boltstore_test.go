package boltstore_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/api/streams/streamstest"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
	"xiaozhibo.dev/services/stream/storetest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	t.Parallel()
	streamstest.Run(t, func(t *testing.T, settings streamstest.Settings) (streams.Service, func(context.Context) error) {
		service := open(t, settings)
		return service, service.Sweep
	})
}

func TestTheContractHoldsOverTheWire(t *testing.T) {
	t.Parallel()
	streamstest.Run(t, func(t *testing.T, settings streamstest.Settings) (streams.Service, func(context.Context) error) {
		service := open(t, settings)
		remote := streams.Dial(rpctest.Serve(t, streams.Methods(service)...))
		t.Cleanup(remote.Close)
		return remote, service.Sweep
	})
}

func TestSessionsAreCounted(t *testing.T) {
	t.Parallel()
	storetest.Sessions(t, func(t *testing.T, config stream.Config, now func() time.Time) stream.Store {
		store := mustOpen(t, filepath.Join(t.TempDir(), "stream.db"), config, now)
		t.Cleanup(func() { mustClose(t, store) })
		return store
	})
}

func TestAClosedStoreAnswersWithAnError(t *testing.T) {
	t.Parallel()
	store := mustOpen(t, filepath.Join(t.TempDir(), "stream.db"), stream.Config{RecordingWindow: 1}, time.Now)
	mustClose(t, store)
	service := stream.New(stream.Config{MinRecording: 1}, store)
	_, err := service.Open(t.Context(), opening)
	if apierr.CodeOf(err) != apierr.Unavailable {
		t.Errorf("Open: %v, want unavailable", err)
	}
	_, err = service.ApplyPush(t.Context(), streams.Push{StreamID: "8888_a"})
	if apierr.CodeOf(err) != apierr.Storage {
		t.Errorf("ApplyPush: %v, want storage", err)
	}
	_, err = combine.All(service.Recordings(t.Context(), []streams.FileKey{{User: "a", FileID: "f"}}))
	if apierr.CodeOf(err) != apierr.Storage {
		t.Errorf("Recordings: %v, want storage", err)
	}
}

func open(tb testing.TB, settings streamstest.Settings) *stream.Service {
	tb.Helper()
	config := stream.Config{
		LiveTTL:         settings.LiveTTL,
		MinRecording:    settings.MinRecording,
		RecordingWindow: settings.RecordingWindow,
		AnchorTTL:       settings.AnchorTTL,
		SummaryTTL:      settings.SummaryTTL,
		MaxChanges:      settings.MaxChanges,
		MaxOpens:        settings.MaxOpens,

		ListRequiresPush: settings.ListRequiresPush,
	}
	store := mustOpen(tb, filepath.Join(tb.TempDir(), "stream.db"), config, settings.Now)
	tb.Cleanup(func() { mustClose(tb, store) })
	return stream.New(config, store)
}

func mustOpen(tb testing.TB, path string, config stream.Config, now func() time.Time) *boltstore.Store {
	tb.Helper()
	store, err := boltstore.Open(path, config, now, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	return store
}

func mustClose(tb testing.TB, store *boltstore.Store) {
	tb.Helper()
	if err := store.Close(); err != nil {
		tb.Errorf("Close: %v", err)
	}
}
