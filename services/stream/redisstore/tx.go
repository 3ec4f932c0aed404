package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// tx implements stream.Tx. It keeps what is put until the commit. What it reads
// of recordings may be newer than the anchor; the commit is then refused.
type tx struct {
	ctx    context.Context // of the batch, as Tx has none
	store  *Store
	user   string
	now    time.Time
	before string // version
	anchor stream.Anchor

	broken     error // by a panic: nothing is committed
	anchorPut  bool
	recordings map[string]api.Recording // put, by recording id
	files      map[string]string        // put, file id → recording id
}

var _ stream.Tx = (*tx)(nil)

func (s *Store) newTx(ctx context.Context, user string, reply any) (*tx, error) {
	now, raw, err := timed(reply, 2)
	if err != nil {
		return nil, err
	}
	t := &tx{ctx: ctx, store: s, user: user, now: now, recordings: map[string]api.Recording{}, files: map[string]string{}}
	e, err := decodeEntry(raw[0])
	if err != nil {
		return nil, fmt.Errorf("room of %q: %w", user, err)
	}
	if e != nil {
		t.before = e.version
	}
	if text, ok := raw[1].(string); ok && e != nil {
		if err := json.Unmarshal([]byte(text), &t.anchor); err != nil {
			return nil, fmt.Errorf("anchor %q: %w", user, err)
		}
		t.anchor.Room, t.anchor.Due = e.Room, e.due(s.config.LiveTTL)
	}
	return t, nil
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

func (t *tx) dirty() bool { return t.broken == nil && (t.anchorPut || len(t.recordings) > 0) }

func (t *tx) Now() time.Time { return t.now }

func (t *tx) Anchor() (stream.Anchor, error) {
	a := t.anchor
	a.Done, a.Past = slices.Clone(a.Done), slices.Clone(a.Past)
	return a, nil
}

func (t *tx) PutAnchor(a stream.Anchor) error {
	t.anchor, t.anchorPut = a, true
	return nil
}

func (t *tx) Recording(fileID string) (*api.Recording, error) {
	id, isPut := t.files[fileID]
	if !isPut {
		var err error
		if id, err = t.store.get(t.ctx, t.store.keys.files, fileKey(t.user, fileID)); err != nil || id == "" {
			return nil, err
		}
	}
	found, err := t.find([]string{id})
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

func (t *tx) RecordingsFrom(from, to int64) ([]api.Recording, error) {
	// The key before all that start a second later is the end of the range.
	starts, err := t.store.db.Client().ZRangeByLex(t.ctx, t.store.keys.starts, &redis.ZRangeBy{
		Min: "[" + startKey(t.user, from, ""), Max: "(" + startKey(t.user, to+1, ""),
	}).Result()
	if err != nil {
		return nil, redisdb.StorageError(t.ctx, err)
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
	slices.SortFunc(found, func(a, b api.Recording) int {
		return strings.Compare(startKey(t.user, a.Start, a.FileID), startKey(t.user, b.Start, b.FileID))
	})
	return found, err
}

// find returns the recordings of ids, in order, as they were put last.
func (t *tx) find(ids []string) ([]api.Recording, error) {
	found := make([]api.Recording, len(ids))
	missing := make([]any, len(ids))
	for i, id := range ids {
		r, isPut := t.recordings[id]
		if found[i] = r; !isPut {
			missing[i] = id
		}
	}
	kept, err := combine.All(t.store.getRecordings(t.ctx, missing))
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

func (t *tx) PutRecording(r api.Recording, fileID string) error {
	id := recordingID(t.user, r.FileID)
	t.recordings[id] = r
	t.files[fileID] = id
	return nil
}

// call is the commit, as commit.lua takes it.
func (t *tx) call(version string) (redisdb.Call, error) {
	k, config := t.store.keys, t.store.config
	e := entry{
		version: version, Room: t.anchor.Room,
		Alive: t.anchor.Due - config.LiveTTL.Milliseconds(), Ended: !t.anchor.Live(),
	}
	text, err := e.encode()
	if err != nil {
		return redisdb.Call{}, err
	}
	rest := t.anchor
	rest.Room = api.Room{}
	anchor, err := json.Marshal(rest)
	if err != nil {
		return redisdb.Call{}, err
	}
	live, alive := "", ""
	if !e.Ended {
		alive = fmt.Sprint(e.Alive)
		if e.Room.Online {
			live = fmt.Sprint(-e.Room.Timestamp)
		}
	}
	call := redisdb.Call{
		Keys: []string{k.rooms, k.anchors, k.streams, k.live, k.alive, k.recordings, k.files, k.starts, k.recorded, k.leaving},
		Args: []any{t.user, t.before, version, text, anchor, e.Room.StreamID, live, alive, len(t.recordings)},
	}
	for _, id := range slices.Sorted(maps.Keys(t.recordings)) {
		r := t.recordings[id]
		raw, err := json.Marshal(r)
		if err != nil {
			return redisdb.Call{}, err
		}
		listed := 0
		if t.now.Sub(time.Unix(r.End, 0)) < config.RecordingWindow {
			listed = 1
		}
		call.Args = append(call.Args, id, raw, startKey(t.user, r.Start, r.FileID), -r.Start, r.End, listed)
	}
	for _, fileID := range slices.Sorted(maps.Keys(t.files)) {
		call.Args = append(call.Args, fileKey(t.user, fileID), t.files[fileID])
	}
	return call, nil
}
