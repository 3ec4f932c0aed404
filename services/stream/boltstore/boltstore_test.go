package boltstore_test

import (
	"path/filepath"
	"testing"
	"time"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/api/stream/streamtest"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
	"xiaozhibo.dev/services/stream/storetest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	t.Parallel()
	streamtest.Run(t, func(t *testing.T, settings streamtest.Settings) api.Service {
		return open(t, settings)
	})
}

func TestTheContractHoldsOverTheWire(t *testing.T) {
	t.Parallel()
	streamtest.Run(t, func(t *testing.T, settings streamtest.Settings) api.Service {
		remote := api.Dial(rpctest.Serve(t, api.Methods(open(t, settings))...))
		t.Cleanup(remote.Close)
		return remote
	})
}

func TestTheStoreAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, config stream.Config, now func() time.Time) (stream.Store, func() stream.Store) {
		path := filepath.Join(t.TempDir(), "stream.db")
		store := mustOpen(t, path, config, now)
		t.Cleanup(func() { mustClose(t, store) })
		return store, func() stream.Store {
			mustClose(t, store)
			store = mustOpen(t, path, config, now)
			return store
		}
	})
}

func TestARestartForgetsNothing(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 2 * time.Hour}
	before := mustOpen(t, path, config, clock.Now)
	session := opens(t, stream.New(config, before))
	pushes(t, stream.New(config, before), true, api.Applied)
	mustClose(t, before)

	clock.Move(time.Hour - time.Millisecond)
	after := mustOpen(t, path, config, clock.Now)
	service := stream.New(config, after)
	wantLive(t, service, 1)
	if again := opens(t, service); again != session {
		t.Errorf("a retry opened session %d, want %d", again, session)
	}
	pushes(t, service, false, api.Applied)
	mustClose(t, after)

	last := mustOpen(t, path, config, clock.Now)
	pushes(t, stream.New(config, last), true, api.Ignored) // what has ended stays ended
	mustClose(t, last)
}

func TestARoomLeavesAtItsTimeWhenNobodyServesIt(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 2 * time.Hour}
	before := mustOpen(t, path, config, clock.Now)
	opens(t, stream.New(config, before))
	pushes(t, stream.New(config, before), true, api.Applied)
	mustClose(t, before)

	clock.Move(time.Hour)
	after := mustOpen(t, path, config, clock.Now)
	defer mustClose(t, after)
	rooms, err := after.Rooms(t.Context(), []string{"a"})
	if err != nil || rooms[0] == nil || rooms[0].Online {
		t.Errorf("the room is %+v, %v, want one that is offline", rooms[0], err)
	}
	wantLive(t, stream.New(config, after), 0)
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
	_, err = service.ApplyPush(t.Context(), api.Push{StreamID: "8888_a"})
	if apierr.CodeOf(err) != apierr.Storage {
		t.Errorf("ApplyPush: %v, want storage", err)
	}
	_, err = service.Recordings(t.Context(), []api.FileKey{{User: "a", FileID: "f"}})
	if apierr.CodeOf(err) != apierr.Storage {
		t.Errorf("Recordings: %v, want storage", err)
	}
}

var opening = api.Opening{User: "a", StreamID: "8888_a", Group: "g", Title: "t"}

func opens(t *testing.T, service *stream.Service) (session int64) {
	t.Helper()
	room, err := service.Open(t.Context(), opening)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return room.Session
}

func pushes(t *testing.T, service *stream.Service, begins bool, want api.Verdict) {
	t.Helper()
	got, err := service.ApplyPush(t.Context(), api.Push{StreamID: "8888_a", Sequence: "A", Began: begins})
	if err != nil || got != want {
		t.Errorf("a push that begins (%t) is %q, %v, want %q", begins, got, err, want)
	}
}

func wantLive(t *testing.T, service *stream.Service, want int) {
	t.Helper()
	pages, err := service.Pages(t.Context(), []api.Query{{Live: true}})
	if err != nil || pages[0].Total != want {
		t.Errorf("live are %+v, %v, want %d", pages, err, want)
	}
}

func open(tb testing.TB, settings streamtest.Settings) *stream.Service {
	tb.Helper()
	config := stream.Config{
		LiveTTL:         settings.LiveTTL,
		MinRecording:    settings.MinRecording,
		RecordingWindow: settings.RecordingWindow,
	}
	store := mustOpen(tb, filepath.Join(tb.TempDir(), "stream.db"), config, settings.Now)
	tb.Cleanup(func() { mustClose(tb, store) })
	return stream.New(config, store)
}

func mustOpen(tb testing.TB, path string, config stream.Config, now func() time.Time) *boltstore.Store {
	tb.Helper()
	store, err := boltstore.Open(path, config, now)
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
