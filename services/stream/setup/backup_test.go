package setup_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/backup/backuptest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
	"xiaozhibo.dev/services/stream/redisstore"
	"xiaozhibo.dev/services/stream/setup"
)

var config = stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: 6 * time.Hour, AnchorTTL: 12 * time.Hour}

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
	store, err := boltstore.Open(filepath.Join(place.Dir, "stream.db"), config, w.clock, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	place.File = store
	w.t.Cleanup(func() { store.Close() })
	return stream.New(config, store)
}

// Sessions and their waits, done sequences, recordings and late events: nobody can
// tell the store that was restored from the one before, whatever happens next.
func TestARestoredCatalogueAnswersAsTheOneBefore(t *testing.T) {
	w := &world{}
	backuptest.EachWay(t, w.clock, func(t *testing.T, from, to func() backuptest.Place) {
		w.t, w.now = t, time.Unix(1480000000, 0)
		runs := 0
		rapid.Check(t, func(t *rapid.T) {
			if runs++; runs > 15 {
				return // each opens two stores
			}
			before, after := from(), to()
			one := w.open(&before)
			live(t, w, one)
			backuptest.Move(t, setup.Kept(&config), before, after)
			live(t, w, one, w.open(&after))
		})
	})
}

var users = []string{"tom", "汤姆 {}*", "x\x01y"}

// live does the same to all services, and wants the same answers of them.
func live(t *rapid.T, w *world, services ...*stream.Service) {
	ctx := context.Background()
	for range rapid.IntRange(0, 60).Draw(t, "steps") {
		user := rapid.SampledFrom(users).Draw(t, "user")
		id := fmt.Sprintf("%d_%x", rapid.IntRange(1, 2).Draw(t, "bizid"), user)
		at := w.now.Unix() - rapid.Int64Range(0, 100).Draw(t, "ago")
		var do func(s *stream.Service) string
		switch rapid.IntRange(0, 7).Draw(t, "step") {
		case 0:
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "minutes")) * time.Minute)
			continue
		case 1, 2:
			o := streams.Opening{User: user, StreamID: id, Group: rapid.SampledFrom([]string{"g", "h"}).Draw(t, "group"), Title: fmt.Sprint("t<", at)}
			do = func(s *stream.Service) string { return fmt.Sprint(s.Open(ctx, o)) }
		case 3:
			status := streams.Status{User: user, Online: rapid.Bool().Draw(t, "online")}
			do = func(s *stream.Service) string { return fmt.Sprint(s.SetStatus(ctx, status)) }
		case 4, 5:
			push := streams.Push{StreamID: id, Sequence: rapid.StringMatching("[a-d]").Draw(t, "sequence"), Began: rapid.Bool().Draw(t, "began"), At: at}
			do = func(s *stream.Service) string { return fmt.Sprint(s.ApplyPush(ctx, push)) }
		case 6:
			file := streams.File{
				StreamID: id, FileID: rapid.StringMatching("f[a-d]").Draw(t, "file"), URL: "http://x/?a&b", Start: at - 500, End: at,
				Format: rapid.SampledFrom([]streams.Format{streams.FLV, streams.HLS}).Draw(t, "format"),
			}
			do = func(s *stream.Service) string { return fmt.Sprint(s.AddFile(ctx, file)) }
		default:
			do = func(s *stream.Service) string { return fmt.Sprint(s.Sweep(ctx)) }
		}
		same(t, services, do)
		same(t, services, func(s *stream.Service) string { return shown(ctx, s) })
		w.now = w.now.Add(time.Millisecond)
	}
}

// shown is all that a service shows.
func shown(ctx context.Context, s *stream.Service) (text string) {
	for _, user := range users {
		session, err := combine.One(s.Sessions(ctx, []string{user}))
		text += fmt.Sprintf("%+v %v\n", session, err)
		for _, file := range []string{"fa", "fb", "fc", "fd"} {
			recording, err := combine.One(s.Recordings(ctx, []streams.FileKey{{User: user, FileID: file}}))
			text += fmt.Sprintf("%+v %v\n", recording, err)
		}
	}
	pages := s.Pages(ctx, []streams.Query{{Live: true, Recorded: true, Limit: 100}, {Recorded: true, Offset: 1, Limit: 2}})
	for i := range pages {
		pages[i].Value.Change = 0 // the log of changes begins anew
	}
	return text + fmt.Sprintf("%+v", pages)
}

func same(t *rapid.T, services []*stream.Service, do func(*stream.Service) string) {
	t.Helper()
	want := do(services[0])
	for _, s := range services[1:] {
		if got := do(s); got != want {
			t.Fatalf("the restored store answers\n%s\nthe one before\n%s", got, want)
		}
	}
}
