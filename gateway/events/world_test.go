package events_test

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/goleak"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a stream service with a log of changes, and numbers beside it. Gateways share it.
type world struct {
	mu         sync.Mutex
	rooms      map[string]streams.Session
	recordings map[string]streams.Recording
	log        []streams.Change
	forgotten  int64 // the number of the last change that is no longer kept
	leftOut    int64 // numbers that a restore has left out, before the changes that came after it
	likes      map[string]int64
	viewers    map[string]int
	down       bool
	reads      atomic.Int64
}

func newWorld() *world {
	return &world{
		rooms: map[string]streams.Session{}, recordings: map[string]streams.Recording{},
		likes: map[string]int64{}, viewers: map[string]int{},
	}
}

// Changes implements events.Changes.
func (w *world) Changes(_ context.Context, query streams.ChangeQuery) (streams.ChangePage, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reads.Add(1)
	if w.down {
		return streams.ChangePage{}, io.ErrUnexpectedEOF
	}
	page := streams.ChangePage{Oldest: w.forgotten + 1, Newest: w.newest()}
	for _, change := range w.log {
		if change.Number > query.After && len(page.Changes) < query.Limit {
			page.Changes = append(page.Changes, change)
		}
	}
	return page, nil
}

// newest is the number of the newest change, and of those that are left out. w.mu is held.
func (w *world) newest() int64 { return w.forgotten + int64(len(w.log)) + w.leftOut }

// restore does what a restore of a backup does that lacks the last changes.
func (w *world) restore(lacks int, leftOut int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log, w.leftOut = w.log[:len(w.log)-lacks], leftOut
}

// add adds a change to the log. w.mu is held.
func (w *world) add(change streams.Change) int64 {
	change.Number = w.newest() + 1
	w.log = append(w.log, change)
	return change.Number
}

// goLive lists a room, or changes the title of one that is listed.
func (w *world) goLive(user, title string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	row, there := w.rooms[user]
	if !there {
		row = streams.Session{User: user, Number: 1, StreamID: "8888_" + user, Group: "g-" + user, Timestamp: 1480000000, Online: true}
	}
	row.Title = title
	w.rooms[user] = row
	kind := streams.SessionListed
	if there {
		kind = streams.SessionChanged
	}
	return w.add(streams.Change{Kind: kind, User: user, Session: 1, New: !there, Row: &row})
}

func (w *world) leave(user string, reason streams.Reason) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.rooms, user)
	return w.add(streams.Change{Kind: streams.SessionLeft, User: user, Session: 1, Reason: reason})
}

func (w *world) record(user, fileID, flv string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, there := w.recordings[fileID]
	r := streams.Recording{User: user, FileID: fileID, Title: "rec", Start: 1479900000, End: 1479903600, FLV: flv}
	w.recordings[fileID] = r
	return w.add(streams.Change{Kind: streams.RecordingListed, User: user, FileID: fileID, New: !there, Recording: &r})
}

func (w *world) remove(user, fileID string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.recordings, fileID)
	return w.add(streams.Change{Kind: streams.RecordingRemoved, User: user, FileID: fileID, Reason: streams.Removed})
}

// forget drops all of the log but the last keep changes.
func (w *world) forget(keep int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.log) - keep
	w.log, w.forgotten = w.log[n:], w.forgotten+int64(n)
}

func (w *world) number(user string, viewers int, likes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.viewers["live\x00"+user], w.likes["live\x00"+user] = viewers, likes
}

func (w *world) page(q streams.Query) (page streams.Page) {
	w.mu.Lock()
	defer w.mu.Unlock()
	page.Change = w.newest()
	if q.Live {
		for _, row := range w.rooms {
			page.Sessions = append(page.Sessions, row)
		}
		slices.SortFunc(page.Sessions, func(a, b streams.Session) int { return cmp.Compare(a.User, b.User) })
	}
	if q.Recorded {
		for _, row := range w.recordings {
			page.Recordings = append(page.Recordings, row)
		}
		slices.SortFunc(page.Recordings, func(a, b streams.Recording) int { return cmp.Compare(a.FileID, b.FileID) })
	}
	page.Total = len(page.Sessions) + len(page.Recordings)
	page.Sessions = page.Sessions[:min(len(page.Sessions), q.Limit)]
	page.Recordings = page.Recordings[:min(len(page.Recordings), q.Limit-len(page.Sessions))]
	return page
}

// services are the fakes of the gateway, with the world behind them.
func (w *world) services() action.Services {
	fakes := gatewaytest.World()
	fakes.Stream.PagesFunc = func(_ context.Context, queries []streams.Query) ([]streams.Page, error) {
		pages := make([]streams.Page, len(queries))
		for i, q := range queries {
			pages[i] = w.page(q)
		}
		return pages, nil
	}
	fakes.Counter.GetFunc = func(_ context.Context, keys []counters.Key) ([]int64, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		likes := make([]int64, len(keys))
		for i, key := range keys {
			likes[i] = w.likes[key.Name]
		}
		return likes, nil
	}
	fakes.Room.SizesFunc = func(_ context.Context, rooms []members.Key) ([]int, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		sizes := make([]int, len(rooms))
		for i, key := range rooms {
			sizes[i] = w.viewers[key.Name]
		}
		return sizes, nil
	}
	return fakes.Services()
}

// list is FetchList's returnData.
func (w *world) list(t *testing.T, flag string) string {
	t.Helper()
	actions, err := action.New(w.services(), scope())
	if err != nil {
		t.Fatal(err)
	}
	defer actions.Close()
	body := actions.Serve(t.Context(), []byte(`{"Action":"FetchList","flag":`+flag+`,"pageno":1,"pagesize":100}`)).Body
	_, data, _ := bytes.Cut(body, []byte(`"returnData":`))
	return string(data[:len(data)-1])
}

func scope() telemetry.Scope {
	return telemetry.Scope{Meter: noop.Meter{}, Tracer: nooptrace.Tracer{}, Log: slog.New(slog.DiscardHandler)}
}

// pass lets time go by in a bubble.
func pass(d time.Duration) { <-time.After(d) }
