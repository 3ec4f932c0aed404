package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
)

// tx implements stream.Tx. It keeps in memory what is put, until the commit. What it reads
// of recordings may be newer than the anchor; then another process has made a commit, and
// this one is refused and done again.
type tx struct {
	ctx    context.Context // of the batch, as Tx has none
	store  *Store
	user   string
	now    time.Time
	before string // version
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

// newTx begins a change with what beginScript has read; files is what it found of those. A record that cannot be read is told
// when the change asks for it: an opening can begin anew.
func (s *Store) newTx(ctx context.Context, user string, reply any) (t *tx, files any, err error) {
	now, raw, err := timed(reply, 4)
	if err != nil {
		return nil, nil, err
	}
	t = &tx{
		ctx: ctx, store: s, user: user, now: now,
		recordings: map[string]*stream.Recording{}, files: map[string]string{}, past: map[int64]*stream.Texts{},
		summaries: map[int64]*stream.Ended{}, ahead: newAhead(),
	}
	t.ban, t.banDamage = decodeBan(raw[2])
	e, err := decodeEntry(raw[0])
	if e != nil {
		t.before, t.anchor.Current, t.known = e.version, e.Current, e.Session.StreamID
	}
	if err != nil {
		t.damage = s.damaged(ctx, s.keys.rooms, user, err)
		return t, raw[3], nil
	}
	if text, ok := raw[1].(string); ok && e != nil {
		if err := json.Unmarshal([]byte(text), &t.anchor.History); err != nil {
			t.damage = s.damaged(ctx, s.keys.anchors, user, fmt.Errorf("%w: %w", stream.ErrDamaged, err))
		}
	}
	return t, raw[3], nil
}

// applyAll runs the changes of one user in the order they came in, each on what the one
// before has put, and writes what became of each to its place in results. After a panic
// none of them counts.
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

// Past implements stream.Tx.
func (t *tx) Past(session int64) (texts stream.Texts, err error) {
	if put, isPut := t.past[session]; isPut {
		if put != nil {
			texts = *put
		}
		return texts, nil
	}
	raw, err := t.ofSession(t.store.keys.past, t.ahead.past, session)
	if err != nil || raw == "" {
		return texts, err
	}
	if err := json.Unmarshal([]byte(raw), &texts); err != nil {
		return texts, t.store.damaged(t.ctx, t.store.keys.past, pastField(t.user, session), err)
	}
	return texts, nil
}

// PutPast implements stream.Tx.
func (t *tx) PutPast(session int64, texts stream.Texts) error {
	t.past[session] = &texts
	return nil
}

// DropPast implements stream.Tx.
func (t *tx) DropPast(session int64) error {
	t.past[session] = nil
	return nil
}

// Recording implements stream.Tx.
func (t *tx) Recording(fileID string) (*stream.Recording, error) {
	id, known := t.files[fileID]
	if !known {
		id, known = t.ahead.files[fileID]
	}
	if !known {
		var err error
		if id, err = t.store.get(t.ctx, t.store.keys.files, fileKey(t.user, fileID)); err != nil {
			return nil, err
		}
	}
	if id == "" {
		return nil, nil
	}
	found, err := t.find([]string{id})
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

// RecordingsFrom implements stream.Tx. What this change has put is among them.
func (t *tx) RecordingsFrom(from, to int64) ([]stream.Recording, error) {
	starts, err := t.startsWithin(from, to)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]bool)
	for _, key := range starts {
		ids[recordingID(t.user, fileOfStart(t.user, key))] = true
	}
	for id, r := range t.recordings {
		if from <= r.Start && r.Start <= to {
			ids[id] = true
		}
	}
	found, err := t.find(slices.Collect(maps.Keys(ids)))
	slices.SortFunc(found, func(a, b stream.Recording) int {
		return strings.Compare(startKey(t.user, a.Start, a.FileID), startKey(t.user, b.Start, b.FileID))
	})
	return found, err
}

// find returns the recordings of ids, in order, as they were put last.
func (t *tx) find(ids []string) ([]stream.Recording, error) {
	found := make([]stream.Recording, len(ids))
	missing := make([]any, len(ids))
	for i, id := range ids {
		if put, isPut := t.recordings[id]; isPut {
			found[i] = *put
			found[i].Files = slices.Clone(put.Files)
		} else {
			missing[i] = id
		}
	}
	kept, err := combine.All(t.rowsOf(missing))
	if err != nil {
		return nil, err
	}
	for i, r := range kept {
		if r != nil {
			found[i] = *r
		}
	}
	return found, nil
}

// PutRecording implements stream.Tx. It keeps the file ids that the row had.
func (t *tx) PutRecording(r stream.Recording, fileID string) error {
	id := recordingID(t.user, r.FileID)
	if !slices.ContainsFunc(r.Files, func(f stream.RecordedFile) bool { return f.ID == fileID }) {
		r.Files = append(slices.Clip(r.Files), stream.RecordedFile{ID: fileID})
	}
	put, isPut := t.recordings[id]
	if !isPut {
		kept, err := combine.One(t.rowsOf([]any{id}))
		if err != nil && !errors.Is(err, stream.ErrDamaged) {
			return err
		}
		put = kept
	}
	if put != nil {
		for _, f := range put.Files {
			if !slices.ContainsFunc(r.Files, func(have stream.RecordedFile) bool { return have.ID == f.ID }) {
				r.Files = append(r.Files, f)
			}
		}
	}
	t.recordings[id] = &r
	t.files[fileID] = id
	return nil
}

// Summary implements stream.Tx. One that cannot be read is none.
func (t *tx) Summary(session int64) (*stream.Ended, error) {
	if put, isPut := t.summaries[session]; isPut {
		return put, nil
	}
	raw, err := t.ofSession(t.store.keys.summaries, t.ahead.summaries, session)
	if err != nil || raw == "" {
		return nil, err
	}
	return decodeEnded(raw), nil
}

// PutSummary implements stream.Tx.
func (t *tx) PutSummary(ended stream.Ended) error {
	t.summaries[ended.Session] = &ended
	return nil
}

// DropSummary implements stream.Tx.
func (t *tx) DropSummary(session int64) error {
	t.summaries[session] = nil
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
