package webhook

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// outage is after how many failures in a row, over all sessions, the receiver counts as down:
// when it takes one again, the others do not wait for their turn.
const outage = 3

// saveEvery is how often the state is written where that could wait: what was read and
// tried, but not taken.
const saveEvery = 5 * time.Second

// tenure is the time in which one copy has the duty. All but attempts happens in one goroutine.
// So nothing in it needs a lock. What lasts longer than a tenure is in state, which is written
// as a bookmark of the stream service and read by the copy that has the duty next.
type tenure struct {
	*Sender
	until   time.Time
	state   state
	version int64     // of the bookmark
	unsaved bool      // something has changed
	urgent  bool      // something that would be done twice
	saved   time.Time // when it was written last
	renewed time.Time // when the duty was

	changes   map[int64]*streams.Change // of pending webhooks, by number; each that is pending has one
	bodies    map[int64][]byte          // of those that were tried: an attempt repeats what the first has sent
	busy      map[order]int64           // what is under way, by order
	foundDown map[int64]bool            // those that found the receiver down
	downs     int                       // in a row
	results   chan result
	work      sync.WaitGroup
}

// newTenure knows nothing of the state yet, see load.
func (s *Sender) newTenure(until time.Time) *tenure {
	return &tenure{
		Sender: s, until: until, changes: map[int64]*streams.Change{}, bodies: map[int64][]byte{},
		busy: map[order]int64{}, foundDown: map[int64]bool{}, results: make(chan result, parallel),
	}
}

// serve sends until the duty is lost or ctx ends.
func (s *Sender) serve(ctx context.Context, until time.Time) {
	t := s.newTenure(until)
	sending, stop := context.WithCancel(ctx)
	defer func() {
		stop()
		t.work.Wait()
		s.metrics.idle()
	}()
	if err := t.load(ctx); err != nil {
		s.failed(ctx, "the state of webhooks cannot be read", err)
		s.giveBack(ctx)
		return
	}
	s.log.InfoContext(ctx, "this copy sends webhooks", "pending", len(t.state.Pending), "read", t.state.Read)
	if t.send(ctx, sending) {
		stop()
		t.work.Wait()
		t.collect(ctx)
		t.save(context.WithoutCancel(ctx))
		s.giveBack(ctx)
	}
}

// send sends until the tenure is over. It reports true for the end of ctx, when the state is ours to save
// and the duty ours to give back; else both are settled.
func (t *tenure) send(ctx, sending context.Context) bool {
	t.renewed = t.now()
	// Three things wake the loop: a result, a tick, which also renews the duty in time, and the end.
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		if t.now().Sub(t.renewed) >= renewEvery && !t.renew(ctx) {
			return false
		}
		if !t.step(ctx, sending) {
			t.giveBack(ctx)
			return false
		}
		select {
		case <-ctx.Done():
			return true
		case r := <-t.results:
			t.apply(ctx, r)
		case <-ticker.C:
		}
	}
}

// renew keeps the duty for longer, and looks for what an operator has changed meanwhile. It reports false
// where the tenure is over.
//
// A renewal that fails ends nothing by itself: the duty is ours until t.until, and no other copy takes it
// before. A renewal that is answered with another's time does: that copy sends already.
func (t *tenure) renew(ctx context.Context) bool {
	until, held := t.acquire(ctx)
	if held {
		t.until, t.renewed = until, t.now()
	}
	if !held && (!until.IsZero() || t.now().After(t.until)) {
		t.log.WarnContext(ctx, "another copy sends webhooks now")
		return false // it has the state too
	}
	if kept, err := t.bookmark(ctx); err == nil && kept.Version != t.version {
		t.log.InfoContext(ctx, "an operator has changed the state of webhooks")
		t.giveBack(ctx)
		return false
	}
	return true
}

// step takes what there is, sends what is due and saves how far that has come. It reports
// false where the state has become another one.
func (t *tenure) step(ctx, sending context.Context) bool {
	t.collect(ctx)
	if t.state.Off == nil {
		t.take(ctx)
		t.start(sending)
	}
	t.metrics.shows(&t.state, t.changes)
	if t.unsaved && (t.urgent || t.now().Sub(t.saved) >= saveEvery) {
		return t.save(ctx)
	}
	return true
}

// collect takes the results that are there.
func (t *tenure) collect(ctx context.Context) {
	for {
		select {
		case r := <-t.results:
			t.apply(ctx, r)
		default:
			return
		}
	}
}

// errChanged is of a state that somebody else has written.
var errChanged = errors.New("the state of webhooks was changed by another")

// save writes the state. It reports false where it is no longer ours to write.
func (t *tenure) save(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	put, err := t.options.Store.PutBookmark(ctx, streams.Bookmark{Name: bookmark, Version: t.version, Value: t.state.encode()})
	if err != nil {
		t.failed(ctx, "the state of webhooks cannot be written", err)
		return true // what was sent since may be sent twice
	}
	if !put.Written {
		t.often.Log(ctx, slog.LevelWarn, "webhooks go on from the state that is there", "err", errChanged)
		return false
	}
	t.version, t.unsaved, t.urgent, t.saved = put.Bookmark.Version, false, false, t.now()
	return true
}
