package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/streams"
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
	log := redisdb.Call{Keys: []string{s.keys.changes, s.keys.journal}}
	for _, raw := range records {
		var r stream.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		if r.Change != nil {
			if err := addChange(&log, *r.Change); err != nil {
				return err
			}
			continue
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
	if len(log.Args) > 0 {
		if _, err := combine.One(db.Run(ctx, importLogScript, []redisdb.Call{log})); err != nil {
			return err
		}
	}
	_, err := alone.Exec(ctx)
	return redisdb.StorageError(ctx, err)
}

// importLogScript puts changes in that follow those that are there: numbers, times and
// changes are in ARGV from 2 on. The log goes on after the number of this moment, as seamKey
// of boltstore tells.
var importLogScript = redisdb.NewScript(`
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local latest = last and tonumber(string.match(last[1], '^%d+')) or 0
for i = 2, #ARGV, 3 do
  if tonumber(ARGV[i]) > latest then
    redis.call('XADD', KEYS[1], ARGV[i] .. '-0', 'at', ARGV[i + 1], 'change', ARGV[i + 2])
    latest = tonumber(ARGV[i])
  end
end
redis.call('HSET', KEYS[2], 'changed', string.format('%.0f', math.max(latest, now(), tonumber(redis.call('HGET', KEYS[2], 'changed') or '0'))))
return 1`)

// addChange adds a change to a call of that script.
func addChange(call *redisdb.Call, change streams.Change) error {
	number := change.Number
	change.Number = 0 // the id says it
	raw, err := plainjson.Encode(change)
	call.Args = append(call.Args, number, change.At, raw)
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
