package stream_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

const (
	epoch   = 1_480_000_000
	liveTTL = time.Hour
	window  = 7 * 24 * time.Hour
)

// story is what happens to one anchor. Its times are seconds after the epoch.
type story struct {
	t       *testing.T
	clock   *clocktest.Clock
	service *stream.Service
}

type step func(*story)

// tell returns the story in which the steps have been taken, one after another.
func tell(t *testing.T, steps ...step) *story {
	t.Helper()
	clock := &clocktest.Clock{}
	clock.Move(epoch * time.Second)
	config := stream.Config{LiveTTL: liveTTL, MinRecording: time.Second, RecordingWindow: window, AnchorTTL: 30 * 24 * time.Hour}
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "stream.db"), config, clock.Now, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	s := &story{t, clock, stream.New(config, store)}
	for _, take := range steps {
		take(s)
	}
	return s
}

// opened opens a session at that time; its texts say the title.
func opened(at int64, title string) step {
	return func(s *story) {
		s.waitUntil(at)
		o := streams.Opening{User: "a", StreamID: "8888_a", Group: title, Title: title, Profile: streams.Profile{FrontCover: title}}
		if _, err := s.service.Open(s.t.Context(), o); err != nil {
			s.t.Fatalf("Open: %v", err)
		}
	}
}

func online(at int64) step { return says(at, true) }
func leaves(at int64) step { return says(at, false) }

func says(at int64, online bool) step {
	return func(s *story) {
		s.waitUntil(at)
		if err := s.service.SetStatus(s.t.Context(), streams.Status{User: "a", Online: online}); err != nil {
			s.t.Fatalf("SetStatus: %v", err)
		}
	}
}

func waits(until int64) step { return func(s *story) { s.waitUntil(until) } }

// began and ceased tell of a push, whose time need not be that of the telling.
func began(sequence string, at int64, want streams.Verdict) step {
	return push(sequence, true, at, want)
}
func ceased(sequence string, at int64, want streams.Verdict) step {
	return push(sequence, false, at, want)
}

func push(sequence string, began bool, at int64, want streams.Verdict) step {
	return func(s *story) {
		s.t.Helper()
		p := streams.Push{StreamID: "8888_a", Sequence: sequence, Began: began, At: epoch + at}
		if got, err := s.service.ApplyPush(s.t.Context(), p); err != nil || got != want {
			s.t.Errorf("%+v is %q, %v, want %q", p, got, err, want)
		}
	}
}

func (s *story) waitUntil(at int64) { s.clock.Move(time.Unix(epoch+at, 0).Sub(s.clock.Now())) }

func (s *story) online() bool {
	s.t.Helper()
	sessions, err := combine.All(s.service.Sessions(s.t.Context(), []string{"a"}))
	if err != nil {
		s.t.Fatalf("Rooms: %v", err)
	}
	return sessions[0].Online
}

// recordedFrom adds a file and returns title and cover of its recording.
func (s *story) recordedFrom(start, end int64) (title, cover string) {
	s.t.Helper()
	file := streams.File{StreamID: "8888_a", FileID: "f", URL: "http://f", Format: streams.FLV, Start: epoch + start, End: epoch + end}
	if verdict, err := s.service.AddFile(s.t.Context(), file); err != nil || verdict != streams.Applied {
		s.t.Fatalf("AddFile: %q, %v", verdict, err)
	}
	found, err := combine.All(s.service.Recordings(s.t.Context(), []streams.FileKey{{User: "a", FileID: "f"}}))
	if err != nil {
		s.t.Fatalf("Recordings: %v", err)
	}
	return found[0].Title, found[0].Profile.FrontCover
}
