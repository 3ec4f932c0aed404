//go:build !race

// One caller does one thing after another: the race detector has nothing to compare here. make unraced runs it.

package setup_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/backup/backuptest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/setup"
)

// Sessions and their waits, done sequences, recordings and removed files, stories and
// summaries, bans, bookmarks and late events: nobody can tell the store that was restored
// from the one before, whatever happens next.
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
		switch rapid.IntRange(0, 12).Draw(t, "step") {
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
		case 7:
			do = func(s *stream.Service) string { return fmt.Sprint(s.Sweep(ctx)) }
		default:
			do = drawDeed(t, w.now, user)
		}
		same(t, services, do)
		same(t, services, func(s *stream.Service) string { return shown(ctx, s) })
		w.now = w.now.Add(time.Millisecond)
	}
}

// drawDeed draws what others than the anchor and the platform's pushes do.
func drawDeed(t *rapid.T, now time.Time, user string) func(*stream.Service) string {
	ctx := context.Background()
	switch rapid.IntRange(0, 4).Draw(t, "deed") {
	case 0:
		ban := streams.Ban{
			User: user, Until: now.Add(time.Duration(rapid.IntRange(-1, 10).Draw(t, "hours")) * time.Hour).UnixMilli(),
			GoingLive: rapid.Bool().Draw(t, "going live"), Rooms: rapid.Bool().Draw(t, "rooms"), Reason: "<" + user,
		}
		return func(s *stream.Service) string { return fmt.Sprint(s.SetBan(ctx, ban)) }
	case 1:
		bookmark := streams.Bookmark{
			Name: rapid.SampledFrom(marks).Draw(t, "bookmark"), Version: rapid.Int64Range(0, 2).Draw(t, "version"),
			Value: rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "value"),
		}
		return func(s *stream.Service) string {
			put, err := s.PutBookmark(ctx, bookmark)
			return fmt.Sprintf("%t %+v %v", put.Written, marked(put.Bookmark), err)
		}
	case 2:
		files := []string{rapid.StringMatching("f[a-d]").Draw(t, "file")}
		return func(s *stream.Service) string { return fmt.Sprint(s.RemoveFiles(ctx, files)) }
	case 3:
		sighting := streams.Sighting{User: user, Source: streams.Poll}
		if rapid.Bool().Draw(t, "denied") {
			return func(s *stream.Service) string { return fmt.Sprint(s.Deny(ctx, sighting)) }
		}
		return func(s *stream.Service) string { return fmt.Sprint(s.Confirm(ctx, sighting)) }
	default:
		return func(s *stream.Service) string {
			return fmt.Sprint(s.End(ctx, streams.Ending{User: user, Source: streams.Operator}))
		}
	}
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
