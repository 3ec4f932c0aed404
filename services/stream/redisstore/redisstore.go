// Package redisstore keeps the catalogue in Redis. A page is of one moment, which only a
// script on one node can give, so all of the catalogue is in one hash slot. Counters and
// rooms are what spreads over a Cluster.
//
// Store is its type, tx one change of one user. keys.go names all keys. The rules stay in Go:
// update.go reads a user, runs the changes on it, and commits them if no other process has
// committed that user meanwhile. Scripts only find, compare versions, and write.
package redisstore

import (
	"context"
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

// UserOf implements stream.Store. Callers of one moment are one HMGET.
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

// Pages implements stream.Store.
func (s *Store) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	return redisdb.Persist(ctx, s.pages.Do, queries...)
}

// damaged is the error of one item: what stands in a field of a key is not what
// it should be.
func (s *Store) damaged(ctx context.Context, key, field string, err error) error {
	return redisdb.StorageError(ctx, fmt.Errorf("key %q, field %q is damaged: %w", key, field, err))
}

// get returns one field of a hash, "" if there is none. It is a round trip of its own, for what
// was not read ahead.
func (s *Store) get(ctx context.Context, key, field string) (string, error) {
	text, err := s.db.Client().HGet(ctx, key, field).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return text, redisdb.StorageError(ctx, err)
}
