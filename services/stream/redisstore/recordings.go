package redisstore

import (
	"context"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// Recordings implements stream.Store. A row without a URL is found by changes only. Its pointers
// may be shared with callers that asked for the same at once.
func (s *Store) Recordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	return redisdb.Persist(ctx, s.recordings.Do, keys...)
}

// findRecordings reads the recordings of one batch: file id to recording id, then the rows.
// Whether there are bans comes with the first, without a round trip of its own.
func (s *Store) findRecordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = fileKey(key.User, key.FileID)
	}
	pipe := s.db.Client().Pipeline()
	ids, bans := pipe.HMGet(ctx, s.keys.files, names...), pipe.Exists(ctx, s.keys.bans)
	if _, err := pipe.Exec(ctx); err != nil {
		return combine.Fail[*streams.Recording](len(keys), redisdb.StorageError(ctx, err))
	}
	recordings := make([]combine.Result[*streams.Recording], len(keys))
	for i, found := range s.getRows(ctx, ids.Val()) {
		if recordings[i].Err = found.Err; found.Value != nil && found.Value.Playable() {
			recordings[i].Value = &found.Value.Recording
			recordings[i].Value.Bans = bans.Val() > 0
		}
	}
	return recordings
}

// getRows returns the recording of each id, nil for an id that is nil. An id that leads to
// nothing is ErrDamaged: whoever asks has it from a key that says there is one.
func (s *Store) getRows(ctx context.Context, ids []any) []combine.Result[*stream.Recording] {
	var names []string
	var places []int
	for i, id := range ids {
		if text, ok := id.(string); ok {
			names, places = append(names, text), append(places, i)
		}
	}
	found := make([]any, len(ids))
	if len(names) > 0 {
		raw, err := s.db.Client().HMGet(ctx, s.keys.recordings, names...).Result()
		if err != nil {
			return combine.Fail[*stream.Recording](len(ids), redisdb.StorageError(ctx, err))
		}
		for i, place := range places {
			found[place] = raw[i]
		}
	}
	return s.decodeRows(ctx, ids, found)
}

// decodeRows reads the row of each id, nil for an id that is nil.
func (s *Store) decodeRows(ctx context.Context, ids, raw []any) []combine.Result[*stream.Recording] {
	recordings := make([]combine.Result[*stream.Recording], len(ids))
	for i, id := range ids {
		name, ok := id.(string)
		if !ok {
			continue
		}
		found, err := decodeRow(raw[i])
		if err != nil {
			recordings[i].Err = s.damaged(ctx, s.keys.recordings, name, err)
			continue
		}
		recordings[i].Value = found
	}
	return recordings
}
