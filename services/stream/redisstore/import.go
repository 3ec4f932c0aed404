package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/plainjson"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// imported is the version of what was put back. Every commit makes another one. A record of
// a user that is put in twice is written once, as commit.lua finds that version there already.
const imported = "restored"

// Import puts records in, each user with one call of the script that commits a change. What
// stands alone is written without it: the script would take it for the user's record, put
// in again. Nothing is looked up, so Import is for keys that hold nothing but what it has
// put itself.
func Import(ctx context.Context, db *redisdb.DB, config stream.Config, records [][]byte) error {
	s := &Store{db: db, config: config, keys: newKeys(db)}
	var calls []redisdb.Call
	alone := db.Client().Pipeline()
	for _, raw := range records {
		var r stream.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		if stream.Same(raw) == nil {
			if err := s.importAlone(ctx, alone, r); err != nil {
				return fmt.Errorf("user %q: %w", r.User, err)
			}
			continue
		}
		call, err := s.importCall(ctx, r)
		if err != nil {
			return fmt.Errorf("user %q: %w", r.User, err)
		}
		calls = append(calls, call)
	}
	if _, err := combine.All(db.Run(ctx, commitScript, calls)); err != nil {
		return err
	}
	_, err := alone.Exec(ctx)
	return err
}

// importAlone puts in what is in no user's record.
func (s *Store) importAlone(ctx context.Context, pipe redis.Pipeliner, r stream.Record) error {
	put := func(key, field string, value any) error {
		raw, err := plainjson.Encode(value)
		pipe.HSet(ctx, key, field, raw)
		return err
	}
	switch {
	case r.StreamID != "":
		pipe.HSet(ctx, s.keys.streams, r.StreamID, r.User)
	case r.Ended != nil:
		field := pastField(r.User, r.Ended.Session)
		pipe.ZAdd(ctx, s.keys.sessions, redis.Z{Member: field})
		pipe.ZAdd(ctx, s.keys.ended, redis.Z{Score: float64(-r.Ended.Ended), Member: field})
		return put(s.keys.summaries, field, r.Ended)
	case r.Ban != nil:
		pipe.ZAdd(ctx, s.keys.banned, redis.Z{Member: r.User})
		return put(s.keys.bans, r.User, r.Ban)
	case r.Bookmark != nil:
		return put(s.keys.bookmarks, r.Bookmark.Name, r.Bookmark)
	}
	return nil
}

// importCall is the commit of a user of whom nothing is kept.
func (s *Store) importCall(ctx context.Context, r stream.Record) (redisdb.Call, error) {
	t := &tx{
		// At the beginning of time all recordings are listed: the sweep takes out those
		// that have left since, by the clock of Redis.
		ctx: ctx, store: s, user: r.User, now: time.Unix(0, 0),
		recordings: map[string]*stream.Recording{}, files: map[string]string{}, past: map[int64]*stream.Texts{},
		summaries: map[int64]*stream.Ended{},
	}
	for _, recording := range r.Recordings { // known to be new: nothing has to be looked up
		id := recordingID(r.User, recording.FileID)
		recording.Files = recording.Known()
		t.recordings[id] = &recording
		for _, file := range recording.Files {
			t.files[file.ID] = id
		}
	}
	r.Recordings = nil
	if err := r.Put(t); err != nil {
		return redisdb.Call{}, err
	}
	return t.call(imported)
}
