package redisstore

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// Recording implements stream.Tx. It looks at what this change has put, then at what was read
// ahead, and asks Redis at last.
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

// find returns the recordings of ids, in order, as they were put last. Their files are the
// caller's own, so that a change may add to them.
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
	// The row is written as a whole, so file ids that it had are carried over.
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

// rowsOf returns the recording of each id as getRows does, of what was read ahead where all
// of it was. One id that was not is asked for together with the others: it is one round trip
// either way.
func (t *tx) rowsOf(ids []any) []combine.Result[*stream.Recording] {
	raw := make([]any, len(ids))
	for i, id := range ids {
		text, isText := id.(string)
		if !isText {
			continue
		}
		read, known := t.ahead.rows[text]
		if !known {
			return t.store.getRows(t.ctx, ids)
		}
		raw[i] = read
	}
	return t.store.decodeRows(t.ctx, ids, raw)
}

// firstStarts returns the start keys of the user's recordings, the earliest of them, a chunk at
// most.
func (t *tx) firstStarts() ([]string, error) {
	if t.startsRead {
		return t.starts, nil
	}
	prefix := userPrefix(t.user)
	starts, err := t.store.db.Client().ZRangeByLex(t.ctx, t.store.keys.starts, &redis.ZRangeBy{
		Min: "[" + prefix, Max: "(" + prefix + "\xff", Count: chunk,
	}).Result()
	return starts, redisdb.StorageError(t.ctx, err)
}

// startsWithin returns the start keys of the user's recordings that start within [from, to].
func (t *tx) startsWithin(from, to int64) ([]string, error) {
	for _, r := range t.ahead.ranges {
		if r.from == from && r.to == to {
			return r.keys, nil
		}
	}
	// The key before all that start a second later is the end of the range.
	starts, err := t.store.db.Client().ZRangeByLex(t.ctx, t.store.keys.starts, &redis.ZRangeBy{
		Min: "[" + startKey(t.user, from, ""), Max: "(" + startKey(t.user, to+1, ""),
	}).Result()
	return starts, redisdb.StorageError(t.ctx, err)
}
