package redisstore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/stream"
)

var settings = stream.Config{LiveTTL: time.Hour, MinRecording: time.Second, RecordingWindow: time.Hour, AnchorTTL: 30 * 24 * time.Hour}

func TestAnOvertakenUpdateIsDoneAgainOnWhatIsThereNow(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		prefix := redistest.Prefix()
		mine, other := mustOpen(t, open(t, prefix, nil), settings), mustOpen(t, open(t, prefix, nil), settings)
		titles := []string{}
		err := mine.Update(t.Context(), "a", stream.Reads{}, func(tx stream.Tx) error {
			a, err := tx.Anchor()
			if err != nil {
				return err
			}
			titles = append(titles, a.Session.Title)
			if len(titles) == 1 {
				put(t, other, "a", "of the other")
			}
			return tx.PutAnchor(opened(tx, streams.Session{User: "a", Number: a.Session.Number + 1, StreamID: "s", Title: "mine"}))
		})
		if err != nil {
			t.Fatalf("Update: %v", err)
		}
		sessions, err := combine.All(other.Sessions(t.Context(), []string{"a"}))
		if err != nil || sessions[0].Title != "mine" || sessions[0].Number != 2 || len(titles) != 2 || titles[1] != "of the other" {
			t.Errorf("the room is %+v, %v, after runs that saw %q", sessions[0], err, titles)
		}
	})
}

// A batch whose users wait for Redis one after the other would keep every other
// change of the catalogue waiting for the sum of it.
func TestUsersOfOneBatchDoNotWaitForOneAnother(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		store := mustOpen(t, open(t, redistest.Prefix(), nil), settings)
		users := []string{"a", "b", "c", "d"}
		var met sync.WaitGroup
		met.Add(len(users))
		err := store.UpdateTogether(t.Context(), users, func(tx stream.Tx) error { // each goes on when all have begun
			met.Done()
			met.Wait()
			return tx.PutAnchor(opened(tx, streams.Session{StreamID: "s", Title: "t", Number: 1}))
		})
		if err != nil {
			t.Errorf("together: %v", err)
		}
	})
}

func TestARecordingOvertakesAnUpdateToo(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		prefix := redistest.Prefix()
		mine, other := mustOpen(t, open(t, prefix, nil), settings), mustOpen(t, open(t, prefix, nil), settings)
		put(t, mine, "a", "title")
		runs := 0
		err := mine.Update(t.Context(), "a", stream.Reads{}, func(tx stream.Tx) error {
			runs++
			found, err := tx.Recording("f")
			if err != nil || found != nil {
				return err
			}
			record(t, other, "a", "f", "http://other")
			return tx.PutRecording(stream.Recording{Recording: streams.Recording{User: "a", FileID: "f", FLV: "http://mine"}}, "f")
		})
		if err != nil {
			t.Fatalf("Update: %v", err)
		}
		found, err := combine.All(mine.Recordings(t.Context(), []streams.FileKey{{User: "a", FileID: "f"}}))
		if err != nil || found[0].FLV != "http://other" || runs != 2 {
			t.Errorf("after %d runs the recording is %+v, %v", runs, found[0], err)
		}
	})
}

// Many processes change one anchor: nothing is lost, and little is done twice.
func TestManyProcessesOnOneAnchor(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		const processes, callers, each = 4, 25, 4
		prefix := redistest.Prefix()
		var group sync.WaitGroup
		var runs atomic.Int64
		for range processes {
			store := mustOpen(t, open(t, prefix, nil), settings)
			for range callers {
				group.Go(func() {
					for range each {
						err := store.Update(t.Context(), "a", stream.Reads{}, func(tx stream.Tx) error {
							runs.Add(1)
							a, err := tx.Anchor()
							if err != nil {
								return err
							}
							a = opened(tx, streams.Session{User: "a", StreamID: "s", Number: a.Session.Number + 1})
							return tx.PutAnchor(a)
						})
						if err != nil {
							t.Errorf("Update: %v", err)
						}
					}
				})
			}
		}
		group.Wait()
		const updates = processes * callers * each
		sessions, err := combine.All(mustOpen(t, open(t, prefix, nil), settings).Sessions(t.Context(), []string{"a"}))
		if err != nil || sessions[0].Number != updates {
			t.Errorf("after %d updates the room is %+v, %v", updates, sessions[0], err)
		}
		again := float64(runs.Load()-updates) / updates
		t.Logf("%.2f retries for each of %d updates by %d processes", again, updates, processes)
		if again > processes*2 {
			t.Errorf("%.2f retries for each update: a storm", again)
		}
	})
}

func TestAPanicInOneChangeCommitsNothingOfThatUserAndHarmsNoOther(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		store := mustOpen(t, open(t, redistest.Prefix(), nil), settings)
		err := store.Update(t.Context(), "a", stream.Reads{}, func(tx stream.Tx) error {
			if err := tx.PutAnchor(opened(tx, streams.Session{User: "a", Number: 1, StreamID: "s"})); err != nil {
				return err
			}
			panic("in the midst")
		})
		if apierr.CodeOf(err) != apierr.Internal {
			t.Errorf("Update: %v, want internal", err)
		}
		put(t, store, "b", "title")
		sessions, err := combine.All(store.Sessions(t.Context(), []string{"a", "b"}))
		if err != nil || sessions[0] != nil || sessions[1] == nil {
			t.Errorf("rooms are %+v, %v", sessions, err)
		}
	})
}

func TestMoreThanOneChunkLeavesTheListAtOnce(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		const many, atOnce = 520, 16 // a slow machine has no time for all at once
		now := time.UnixMilli(1_480_000_000_000)
		store := mustOpen(t, open(t, redistest.Prefix(), func() time.Time { return now }), settings)
		var group sync.WaitGroup
		turns := make(chan struct{}, atOnce)
		for i := range many {
			turns <- struct{}{}
			group.Go(func() {
				defer func() { <-turns }()
				user := fmt.Sprint("u", i)
				service := stream.New(settings, store)
				_, err := service.Open(t.Context(), streams.Opening{User: user, StreamID: "8888_" + user, Group: "g", Title: "t"})
				if err == nil {
					err = service.SetStatus(t.Context(), streams.Status{User: user, Online: true})
				}
				if err == nil {
					_, err = service.AddFile(t.Context(), streams.File{
						StreamID: "8888_" + user, FileID: "f", URL: "http://f", Format: streams.FLV, Start: now.Unix() - 60, End: now.Unix(),
					})
				}
				if err != nil {
					t.Errorf("%s: %v", user, err)
				}
			})
		}
		group.Wait()
		wantTotal(t, store, 2*many)
		now = now.Add(time.Hour)
		wantTotal(t, store, 0)
	})
}

func wantTotal(t *testing.T, store stream.Store, want int) {
	t.Helper()
	pages, err := combine.All(store.Pages(t.Context(), []streams.Query{{Live: true, Recorded: true, Limit: 1}}))
	if err != nil || pages[0].Total != want {
		t.Fatalf("the list has %+v, %v, want %d", pages, err, want)
	}
}

// opened is an anchor whose session was opened now.
func opened(tx stream.Tx, session streams.Session) stream.Anchor {
	now := tx.Now().UnixMilli()
	return stream.Anchor{Current: stream.Current{Session: session, Opened: now, Alive: now}}
}

func put(t *testing.T, store stream.Store, user, title string) {
	t.Helper()
	update(t, store, user, func(tx stream.Tx) error {
		return tx.PutAnchor(opened(tx, streams.Session{User: user, Number: 1, StreamID: "s" + user, Title: title}))
	})
}

func record(t *testing.T, store stream.Store, user, fileID, url string) {
	t.Helper()
	update(t, store, user, func(tx stream.Tx) error {
		return tx.PutRecording(stream.Recording{Recording: streams.Recording{User: user, FileID: fileID, FLV: url}}, fileID)
	})
}

func update(t *testing.T, store stream.Store, user string, change func(stream.Tx) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := store.Update(ctx, user, stream.Reads{}, change); err != nil {
		t.Fatalf("Update: %v", err)
	}
}
