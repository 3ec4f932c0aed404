package webhook

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// outage is after how many failures in a row, over all sessions, the receiver counts as down:
// when it takes one again, the others do not wait for their turn.
const outage = 3

// saveEvery is how often the state is written where that could wait: what was read and
// tried, but not taken.
const saveEvery = 5 * time.Second

// readLimit is how many changes are read at once.
const readLimit = 200

// tenure is the time in which one copy has the duty. All but attempts happens in one
// goroutine.
type tenure struct {
	*Sender
	until   time.Time
	state   state
	version int64     // of the bookmark
	unsaved bool      // something has changed
	urgent  bool      // something that would be done twice
	saved   time.Time // when it was written last

	changes   map[int64]*streams.Change // of pending webhooks
	bodies    map[int64][]byte          // of those that were tried
	busy      map[order]int64           // what is under way, by order
	foundDown map[int64]bool            // those that found the receiver down
	downs     int                       // in a row
	results   chan result
	work      sync.WaitGroup
}

// serve sends until the duty is lost or ctx ends.
func (s *Sender) serve(ctx context.Context, until time.Time) {
	t := &tenure{
		Sender: s, until: until, changes: map[int64]*streams.Change{}, bodies: map[int64][]byte{},
		busy: map[order]int64{}, foundDown: map[int64]bool{}, results: make(chan result, parallel),
	}
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
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	renewed := s.now()
	for {
		if s.now().Sub(renewed) >= renewEvery {
			until, held := s.acquire(ctx)
			if held {
				t.until, renewed = until, s.now()
			}
			if !held && (!until.IsZero() || s.now().After(t.until)) {
				s.log.WarnContext(ctx, "another copy sends webhooks now")
				return // it has the state too
			}
			if kept, err := s.bookmark(ctx); err == nil && kept.Version != t.version {
				s.log.InfoContext(ctx, "an operator has changed the state of webhooks")
				s.giveBack(ctx)
				return
			}
		}
		if !t.step(ctx, sending) {
			s.giveBack(ctx)
			return
		}
		select {
		case <-ctx.Done():
			stop()
			t.work.Wait()
			t.collect(ctx)
			t.save(context.WithoutCancel(ctx))
			s.giveBack(ctx)
			return
		case r := <-t.results:
			t.apply(ctx, r)
		case <-ticker.C:
		}
	}
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

// load reads the state. The first time ever it begins with what happens from now on.
func (t *tenure) load(ctx context.Context) error {
	kept, err := t.bookmark(ctx)
	if err != nil {
		return err
	}
	t.version = kept.Version
	if kept.Version == 0 {
		page, err := t.read(ctx, 0)
		if err != nil {
			return err
		}
		t.state = state{Read: page.Newest}
		t.unsaved, t.urgent = true, true
		return nil
	}
	if t.state, err = readState(kept.Value); err != nil {
		return err
	}
	if off := t.state.Off; off != nil && off.Target != targetOf(t.config.URL) {
		t.log.InfoContext(ctx, "webhook_url is another one: webhooks are sent again")
		t.state.Off, t.unsaved = nil, true
	}
	return t.recall(ctx)
}

// recall reads the changes of pending webhooks again.
func (t *tenure) recall(ctx context.Context) error {
	for at := 0; at < len(t.state.Pending); {
		page, err := t.read(ctx, t.state.Pending[at].Number-1)
		if err != nil {
			return err
		}
		for i := range page.Changes {
			t.changes[page.Changes[i].Number] = &page.Changes[i]
		}
		end := t.state.Pending[at].Number
		if n := len(page.Changes); n > 0 {
			end = max(end, page.Changes[n-1].Number)
		}
		for at < len(t.state.Pending) && t.state.Pending[at].Number <= end {
			at++
		}
	}
	kept := map[int64]*streams.Change{}
	t.state.Pending = slices.DeleteFunc(t.state.Pending, func(p pending) bool {
		change := t.changes[p.Number]
		if change == nil || typeOf(change) == "" {
			t.miss(ctx, 1)
			return true
		}
		kept[p.Number] = change
		return false
	})
	t.changes = kept
	return nil
}

// miss tells of changes that are gone before they were sent.
func (t *tenure) miss(ctx context.Context, n int64) {
	t.state.Missed += n
	t.unsaved = true
	t.metrics.missed(ctx, n)
	t.log.ErrorContext(ctx, "changes are gone that nobody was told of: changes-ttl of the stream service is too short", "changes", n)
}

// take reads the log on, as long as there is room.
func (t *tenure) take(ctx context.Context) {
	for len(t.state.Pending) < maxPending {
		page, err := t.read(ctx, t.state.Read)
		if err != nil {
			t.failed(ctx, "the log of changes cannot be read", err)
			return
		}
		switch {
		case page.Newest < t.state.Read: // the store was replaced
			t.log.WarnContext(ctx, "the log of changes is another one: webhooks begin with its newest change")
			t.state.Read, t.unsaved = page.Newest, true
		case page.Oldest-1 > t.state.Read:
			if t.state.Read > 0 { // else the log was empty until now: its first number is a moment, not 1
				t.miss(ctx, page.Oldest-1-t.state.Read)
			}
			t.state.Read = page.Oldest - 1
		}
		for i := range page.Changes {
			change := &page.Changes[i]
			if len(t.state.Pending) == maxPending {
				return
			}
			t.state.Read, t.unsaved = change.Number, true
			if typeOf(change) != "" {
				t.state.Pending = append(t.state.Pending, pending{Number: change.Number})
				t.changes[change.Number] = change
			}
		}
		if len(page.Changes) < readLimit {
			return
		}
	}
}

func (t *tenure) read(ctx context.Context, after int64) (page streams.ChangePage, err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return t.options.Store.Changes(ctx, streams.ChangeQuery{After: after, Limit: readLimit})
}

// start begins the attempts that are due: one for each session, its oldest.
func (t *tenure) start(ctx context.Context) {
	now := t.now()
	if t.until.Sub(now) <= attemptTimeout {
		return // another copy may have the duty before it ends
	}
	first := map[order]bool{}
	for _, p := range t.state.Pending {
		change := t.changes[p.Number]
		order := orderOf(change)
		if first[order] {
			continue
		}
		first[order] = true
		if _, under := t.busy[order]; under || p.Next > now.UnixMilli() || len(t.busy) == parallel {
			continue
		}
		t.busy[order] = p.Number
		body := t.bodies[p.Number]
		t.work.Go(func() { t.results <- t.attempt(ctx, change, body) })
	}
}

// attempt makes the body, unless there is one, and sends it.
func (t *tenure) attempt(ctx context.Context, change *streams.Change, body []byte) (r result) {
	var err error
	defer func() {
		if err != nil {
			r = result{number: change.Number, outcome: unsent, why: err.Error()}
		}
	}()
	defer apierr.Recover(&err)
	if body == nil {
		asking, cancel := context.WithTimeout(ctx, patience)
		body, err = t.body(asking, change)
		cancel()
		if err != nil {
			return r
		}
	}
	r = t.deliver(ctx, change.Number, idOf(change), body)
	r.body = body
	return r
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
