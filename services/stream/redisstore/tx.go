package redisstore

import (
	"context"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
)

// tx implements stream.Tx. It keeps in memory what is put, until the commit. What it reads
// of recordings may be newer than the anchor; then another process has made a commit, and
// this one is refused and done again. It is for one goroutine, and for one attempt.
type tx struct {
	ctx    context.Context // of the batch, as Tx has none
	store  *Store
	user   string
	now    time.Time
	before string // version of the entry that was read, "" for none: what a commit must still find
	anchor stream.Anchor
	known  string // the stream id that was read
	damage error  // why there is no anchor although something is kept

	broken     error // by a panic: nothing is committed
	anchorPut  bool
	gone       bool                         // the anchor is to be deleted
	recordings map[string]*stream.Recording // put, by recording id
	files      map[string]string            // put, file id → recording id
	past       map[int64]*stream.Texts      // put, by session; nil: dropped

	droppedRows  []any // recording id and start key of each
	droppedFiles []any // file key and file user key of each

	summaries map[int64]*stream.Ended // put, by session; nil: dropped
	changes   []streams.Change        // put
	ban       *streams.Ban            // as it was read or put last
	banPut    bool
	banDamage error // why it cannot be read

	ahead      ahead    // what was read before it is asked for
	starts     []string // start keys of all recordings, a chunk at most, if startsRead
	startsRead bool
}

var _ stream.Tx = (*tx)(nil)

// applyAll runs the changes of one user in the order they came in, each on what the one
// before has put, and writes what became of each to its place in results. After a panic
// none of them counts: what had been put then is in no known state, and all of it is one commit.
func (t *tx) applyAll(g group, updates []update, results []combine.Result[struct{}]) {
	for _, place := range g.places {
		// A caller who has left may have been told otherwise since, and have gone on.
		if results[place].Err = updates[place].ctx.Err(); results[place].Err == nil {
			results[place].Err = t.apply(updates[place].change)
		}
	}
	if t.broken == nil {
		return
	}
	for _, place := range g.places {
		results[place].Err = t.broken
	}
}

// apply runs one change, whose error is its own: it has put nothing then. But a
// panic may come in the midst of one.
func (t *tx) apply(change func(stream.Tx) error) error {
	if t.broken != nil {
		return t.broken
	}
	var refused error
	t.broken = func() (panicked error) {
		defer apierr.Recover(&panicked)
		refused = change(t)
		return nil
	}()
	if t.broken != nil {
		return t.broken
	}
	return refused
}

// dirty reports whether there is something to commit.
func (t *tx) dirty() bool {
	return t.broken == nil && (t.anchorPut || len(t.recordings) > 0 || len(t.past) > 0 ||
		len(t.summaries) > 0 || len(t.changes) > 0 || t.banPut)
}

// Now implements stream.Tx. It is the time of Redis.
func (t *tx) Now() time.Time { return t.now }

// Anchor implements stream.Tx. The change gets a copy of the lists in it.
func (t *tx) Anchor() (stream.Anchor, error) {
	if t.damage != nil {
		return stream.Anchor{}, t.damage
	}
	a := t.anchor
	a.EndedSequences, a.Past = slices.Clone(a.EndedSequences), slices.Clone(a.Past)
	return a, nil
}

// PutAnchor implements stream.Tx. It takes the place of a damaged record as well.
func (t *tx) PutAnchor(a stream.Anchor) error {
	t.anchor, t.anchorPut, t.damage, t.gone = a, true, nil, false
	return nil
}

// PutChange implements stream.Tx.
func (t *tx) PutChange(change streams.Change) error {
	t.changes = append(t.changes, change)
	return nil
}

// Ban implements stream.Tx.
func (t *tx) Ban() (*streams.Ban, error) {
	if t.banDamage != nil {
		return nil, t.store.damaged(t.ctx, t.store.keys.bans, t.user, t.banDamage)
	}
	return t.ban, nil
}

// PutBan implements stream.Tx.
func (t *tx) PutBan(ban *streams.Ban) error {
	t.ban, t.banPut, t.banDamage = ban, true, nil
	return nil
}
