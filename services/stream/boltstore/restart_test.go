package boltstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
)

func TestARestartForgetsNothing(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 2 * time.Hour, AnchorTTL: 30 * 24 * time.Hour}
	before := mustOpen(t, path, config, clock.Now)
	session := opens(t, stream.New(config, before))
	pushes(t, stream.New(config, before), true, streams.Applied)
	mustClose(t, before)

	clock.Move(time.Hour - time.Millisecond)
	after := mustOpen(t, path, config, clock.Now)
	service := stream.New(config, after)
	wantLive(t, service, 1)
	if again := opens(t, service); again != session {
		t.Errorf("a retry opened session %d, want %d", again, session)
	}
	pushes(t, service, false, streams.Applied)
	mustClose(t, after)

	last := mustOpen(t, path, config, clock.Now)
	pushes(t, stream.New(config, last), true, streams.EndedPush) // what has ended stays ended
	mustClose(t, last)
}

func TestARoomLeavesAtItsTimeWhenNobodyServesIt(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 2 * time.Hour, AnchorTTL: 30 * 24 * time.Hour}
	before := mustOpen(t, path, config, clock.Now)
	opens(t, stream.New(config, before))
	pushes(t, stream.New(config, before), true, streams.Applied)
	mustClose(t, before)

	clock.Move(time.Hour)
	after := mustOpen(t, path, config, clock.Now)
	defer mustClose(t, after)
	sessions, err := combine.All(after.Sessions(t.Context(), []string{"a"}))
	if err != nil || sessions[0] == nil || sessions[0].Online {
		t.Errorf("the room is %+v, %v, want one that is offline", sessions[0], err)
	}
	wantLive(t, stream.New(config, after), 0)
}

func TestATimeToLiveChangedOverARestartHoldsForRoomsThatWereThere(t *testing.T) {
	t.Parallel()
	clock, path := &clocktest.Clock{}, filepath.Join(t.TempDir(), "stream.db")
	clock.Move(1_480_000_000 * time.Second)
	config := stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 2 * time.Hour, AnchorTTL: 30 * 24 * time.Hour}
	store := mustOpen(t, path, config, clock.Now)
	opens(t, stream.New(config, store))
	pushes(t, stream.New(config, store), true, streams.Applied)
	for _, test := range []struct {
		ttl  time.Duration
		want int
	}{{time.Minute, 1}, {2 * time.Hour, 1}, {time.Second, 0}} {
		mustClose(t, store)
		clock.Move(10 * time.Second)
		config.LiveTTL = test.ttl
		store = mustOpen(t, path, config, clock.Now)
		wantLive(t, stream.New(config, store), test.want)
	}
	mustClose(t, store)
}

var opening = streams.Opening{User: "a", StreamID: "8888_a", Group: "g", Title: "t"}

func opens(t *testing.T, service *stream.Service) (session int64) {
	t.Helper()
	opened, err := service.Open(t.Context(), opening)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return opened.Session.Number
}

func pushes(t *testing.T, service *stream.Service, begins bool, want streams.Verdict) {
	t.Helper()
	got, err := service.ApplyPush(t.Context(), streams.Push{StreamID: "8888_a", Sequence: "A", Began: begins})
	if err != nil || got != want {
		t.Errorf("a push that begins (%t) is %q, %v, want %q", begins, got, err, want)
	}
}

func wantLive(t *testing.T, service *stream.Service, want int) {
	t.Helper()
	pages, err := combine.All(service.Pages(t.Context(), []streams.Query{{Live: true}}))
	if err != nil || pages[0].Total != want {
		t.Errorf("live are %+v, %v, want %d", pages, err, want)
	}
}
