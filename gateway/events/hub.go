// Package events tells readers of GET /events what changes in the list, as server-sent events.
// However many read, the log of changes is read once in each gateway, and only while somebody
// reads.
//
// Hub reads the log and makes events of it (follow.go, rows.go); the feed keeps them for all
// readers (feed.go); a reader is sent what is behind its place there, or a snapshot where that
// is gone (reader.go, snapshot.go). Likes and viewers change without a change of the list: they
// are asked for now and then (numbers.go). Server is the listener.
//
// An event has the number of its change as its id. The numbers mean the same to every copy of
// the gateway, so a reader that is cut off goes on at any of them. docs/events.md says what a
// reader can rely on.
package events

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ratelog"
)

const (
	// followEvery is how often the log is read, and numbersEvery how often likes and
	// viewers of rooms are; those of recordings change less.
	followEvery   = 200 * time.Millisecond
	numbersEvery  = 500 * time.Millisecond
	recordedEvery = 5 * time.Second
	// linger is how long the log is read on when the last reader has left.
	linger = 30 * time.Second
	// patience bounds each question to a service.
	patience = 5 * time.Second
	// logEvery is how often the same failure is a line of the log.
	logEvery = 10 * time.Second
	// changesLimit is how many changes are read at once. Each has a row in it.
	changesLimit = 500
)

// Changes is the stream service's log of what changed in the list. Its numbers mean the
// same to every gateway, so they are the ids of events.
type Changes interface {
	Changes(ctx context.Context, query streams.ChangeQuery) (streams.ChangePage, error)
}

// Hub reads the log for all readers. It serves all readers of one copy of the gateway and is
// safe for concurrent use. Run has to go on beside it, or readers wait for their first event in vain.
type Hub struct {
	actions *action.Actions
	changes Changes
	rows    int
	log     *ratelog.Log
	metrics *metrics

	mu      sync.Mutex
	readers int
	first   chan struct{} // has an item when the first reader came
	opened  chan struct{} // closed when feed is set
	feed    *feed         // nil while nobody reads
}

// newHub reads nothing until the first reader comes.
func newHub(config Config, actions *action.Actions, changes Changes, log *slog.Logger, metrics *metrics) *Hub {
	return &Hub{
		actions: actions, changes: changes, rows: config.Rows, metrics: metrics,
		log: ratelog.New(log, logEvery, time.Now), first: make(chan struct{}, 1), opened: make(chan struct{}),
	}
}

// Run reads the log while there are readers, until ctx ends.
func (h *Hub) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.first:
			h.serve(ctx)
		}
	}
}

// serve reads the log until nobody is left, ctx ends or changes were missed.
func (h *Hub) serve(ctx context.Context) {
	f, err := h.open(ctx)
	if err != nil {
		return // ctx has ended
	}
	watched := newWatch(h)
	defer h.close(f)
	var work sync.WaitGroup
	defer work.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	work.Go(func() { watched.run(ctx, f) })

	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for left := time.Now(); ; {
		if h.isRead() {
			left = time.Now()
		}
		if time.Since(left) > linger || !h.follow(ctx, f, watched) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// open makes the feed that begins now. The error is that of ctx.
func (h *Hub) open(ctx context.Context) (*feed, error) {
	for {
		newest, err := h.newest(ctx)
		if err == nil {
			f := newFeed(newest)
			h.mu.Lock()
			h.feed = f
			close(h.opened)
			h.mu.Unlock()
			return f, nil
		}
		h.failed(ctx, "the log of changes cannot be read", err)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(followEvery):
		}
	}
}

// newest returns the number of the latest change, from which a feed begins.
func (h *Hub) newest(ctx context.Context) (newest int64, err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	changes, err := h.changes.Changes(ctx, streams.ChangeQuery{Limit: 1})
	return changes.Newest, err
}

// close ends the feed. Readers who come meanwhile begin the next.
func (h *Hub) close(f *feed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.feed, h.opened = nil, make(chan struct{})
	close(f.ended)
	if h.readers > 0 {
		h.wakeUp()
	}
}

// wakeUp begins to read the log. h.mu is held.
func (h *Hub) wakeUp() {
	select {
	case h.first <- struct{}{}:
	default:
	}
}

// failed logs a failure of a service that is repeated until it succeeds.
func (h *Hub) failed(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		h.metrics.failed(ctx)
		h.log.Log(ctx, slog.LevelWarn, what, "listener", "events", "err", err)
	}
}

// page asks for one page of the list, of one moment.
func (h *Hub) page(ctx context.Context, lists Lists) (streams.Page, error) {
	results := h.actions.Stream.Pages(ctx, []streams.Query{{Live: lists&Live != 0, Recorded: lists&Recorded != 0, Limit: h.rows}})
	return results[0].Value, results[0].Err
}
