// Package redisstore keeps the catalogue in Redis. A page is of one moment, which only a
// script on one node can give, so all of the catalogue is in one hash slot. Counters and
// rooms are what spreads over a Cluster.
package redisstore

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// Bounds of one batch. What exceeds them waits for the next.
const (
	maxBatch = 1024 // items of one pipeline or command
	maxPages = 256  // pages of one pipeline
)

var (
	//go:embed page.lua
	pageSource string
	pageScript = redisdb.NewScript(pageSource)

	//go:embed commit.lua
	commitSource string
	commitScript = redisdb.NewScript(commitSource)

	//go:embed due.lua
	dueSource string
	dueScript = redisdb.NewScript(dueSource)

	// roomsScript returns the time, then how many bans there are and the entry of each user
	// in ARGV.
	roomsScript = redisdb.NewScript(`
local entries = redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
table.insert(entries, 1, redis.call('HLEN', KEYS[2]))
return {now(), entries}`)
)

// Store implements stream.Store for many processes at once. The time is that of Redis, the
// same for all. Its combiners have goroutines, which Close ends.
type Store struct {
	db     *redisdb.DB
	config stream.Config
	keys   keys

	suspects stream.Suspects
	swept    lastSweep

	updates    *combine.Combiner[update, struct{}]
	users      *combine.Combiner[string, string] // by stream id
	sessions   *combine.Combiner[string, *streams.Session]
	recordings *combine.Combiner[streams.FileKey, *streams.Recording]
	pages      *combine.Combiner[streams.Query, streams.Page]
	stories    *combine.Combiner[streams.StoryKey, *streams.Story]
}

var _ stream.Store = (*Store)(nil)

// New returns the store in db, which stays the caller's to close, after the store.
func New(db *redisdb.DB, config stream.Config) *Store {
	s := &Store{db: db, config: config, keys: newKeys(db)}
	s.updates = combine.New(db.Batches("stream.Update", maxBatch), s.carryOut)
	s.users = combine.New(db.Batches("stream.UserOf", maxBatch), combine.Distinct(s.findUsers))
	s.sessions = combine.New(db.Batches("stream.Sessions", maxBatch), combine.Distinct(s.findSessions))
	s.recordings = combine.New(db.Batches("stream.Recordings", maxBatch), combine.Distinct(s.findRecordings))
	s.pages = combine.New(db.Batches("stream.Pages", maxPages), combine.Distinct(s.findPages))
	s.stories = combine.New(db.Batches("stream.Stories", maxPages), combine.Distinct(s.findStories))
	return s
}

// Close finishes what was accepted.
func (s *Store) Close() error {
	s.pages.Close()
	s.stories.Close()
	s.sessions.Close()
	s.recordings.Close()
	s.users.Close()
	s.updates.Close()
	return nil
}

// UserOf implements stream.Store.
func (s *Store) UserOf(ctx context.Context, streamID string) (string, error) {
	return combine.One(redisdb.Persist(ctx, s.users.Do, streamID))
}

// findUsers reads the users of the stream ids of one batch of callers.
func (s *Store) findUsers(ctx context.Context, ids []string) []combine.Result[string] {
	found, err := s.db.Client().HMGet(ctx, s.keys.streams, ids...).Result()
	if err != nil {
		return combine.Fail[string](len(ids), redisdb.StorageError(ctx, err))
	}
	users := make([]combine.Result[string], len(ids))
	for i, user := range texts(found) {
		users[i].Value = user
	}
	return users
}

// Sessions implements stream.Store.
func (s *Store) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	return redisdb.Persist(ctx, s.sessions.Do, users...)
}

// Fences implements stream.Store.
func (s *Store) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return streams.FencesOf(s.Sessions(ctx, users))
}

// Recordings implements stream.Store.
func (s *Store) Recordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	return redisdb.Persist(ctx, s.recordings.Do, keys...)
}

// Pages implements stream.Store.
func (s *Store) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	return redisdb.Persist(ctx, s.pages.Do, queries...)
}

// findSessions reads the sessions of one batch of callers, each as it is now.
func (s *Store) findSessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	call := redisdb.Call{Keys: []string{s.keys.rooms, s.keys.bans}, Args: make([]any, len(users))}
	for i, user := range users {
		call.Args[i] = user
	}
	reply, err := combine.One(s.db.Run(ctx, roomsScript, []redisdb.Call{call}))
	if err != nil {
		return combine.Fail[*streams.Session](len(users), err)
	}
	now, raw, err := timed(reply, 1+len(users))
	if err != nil {
		return combine.Fail[*streams.Session](len(users), err)
	}
	banned, raw := raw[0] != int64(0), raw[1:]
	sessions := make([]combine.Result[*streams.Session], len(users))
	for i, user := range users {
		e, err := decodeEntry(raw[i])
		if err != nil {
			sessions[i].Err = s.damaged(ctx, s.keys.rooms, user, err)
			continue
		}
		if e != nil {
			sessions[i].Value = e.Present(now, s.config)
		}
		if sessions[i].Value != nil {
			sessions[i].Value.Bans = banned
		}
	}
	return sessions
}

// damaged is the error of one item: what stands in a field of a key is not what
// it should be.
func (s *Store) damaged(ctx context.Context, key, field string, err error) error {
	return redisdb.StorageError(ctx, fmt.Errorf("key %q, field %q is damaged: %w", key, field, err))
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

// get returns one field of a hash, "" if there is none.
func (s *Store) get(ctx context.Context, key, field string) (string, error) {
	text, err := s.db.Client().HGet(ctx, key, field).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return text, redisdb.StorageError(ctx, err)
}
