// Package redisstore keeps the catalogue in Redis. A page is of one moment, so all
// of the catalogue is in one hash slot; likes and rooms are what spreads.
package redisstore

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

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

	// roomsScript returns the time, then the entry of each user in ARGV.
	roomsScript = redisdb.NewScript(`return {now(), redis.call('HMGET', KEYS[1], unpack(ARGV, 2))}`)
)

// Store implements stream.Store.
type Store struct {
	db     *redisdb.DB
	config stream.Config
	keys   keys

	updates    *combine.Combiner[update, error]
	rooms      *combine.Combiner[string, *api.Room]
	recordings *combine.Combiner[api.FileKey, *api.Recording]
	pages      *combine.Combiner[api.Query, api.Page]
}

var _ stream.Store = (*Store)(nil)

// New returns the store in db, which stays the caller's to close.
func New(db *redisdb.DB, config stream.Config) *Store {
	s := &Store{db: db, config: config, keys: newKeys(db)}
	s.updates = combine.New(db.Batches("stream.Update", maxBatch), s.carryOut)
	s.rooms = combine.New(db.Batches("stream.Rooms", maxBatch), combine.Distinct(s.findRooms))
	s.recordings = combine.New(db.Batches("stream.Recordings", maxBatch), combine.Distinct(s.findRecordings))
	s.pages = combine.New(db.Batches("stream.Pages", maxPages), combine.Distinct(s.findPages))
	return s
}

// Close finishes what was accepted.
func (s *Store) Close() error {
	s.pages.Close() // first, as it settles who is due by updates
	s.rooms.Close()
	s.recordings.Close()
	s.updates.Close()
	return nil
}

// UserOf implements stream.Store.
func (s *Store) UserOf(ctx context.Context, streamID string) (string, error) {
	return s.get(ctx, s.keys.streams, streamID)
}

// Rooms implements stream.Store. Rooms that several callers ask for are copied:
// they are theirs to change.
func (s *Store) Rooms(ctx context.Context, users []string) ([]*api.Room, error) {
	return own(s.rooms.Do(ctx, users...))
}

// Recordings implements stream.Store.
func (s *Store) Recordings(ctx context.Context, keys []api.FileKey) ([]*api.Recording, error) {
	return own(s.recordings.Do(ctx, keys...))
}

// own copies what a combined read shares between its callers.
func own[T any](found []*T, err error) ([]*T, error) {
	for i, one := range found {
		if one != nil {
			mine := *one
			found[i] = &mine
		}
	}
	return found, err
}

// Pages implements stream.Store.
func (s *Store) Pages(ctx context.Context, queries []api.Query) ([]api.Page, error) {
	return s.pages.Do(ctx, queries...)
}

// Sweep implements stream.Store: to look at the lists is to settle them.
func (s *Store) Sweep(ctx context.Context) error {
	_, err := s.pages.Do(ctx, api.Query{})
	return err
}

func (s *Store) findRooms(ctx context.Context, users []string) ([]*api.Room, error) {
	call := redisdb.Call{Keys: []string{s.keys.rooms}, Args: make([]any, len(users))}
	for i, user := range users {
		call.Args[i] = user
	}
	replies, err := s.db.Run(ctx, roomsScript, []redisdb.Call{call})
	if err != nil {
		return nil, err
	}
	now, raw, err := timed(replies[0], len(users))
	if err != nil {
		return nil, err
	}
	rooms := make([]*api.Room, len(users))
	for i, user := range users {
		e, err := decodeEntry(raw[i])
		if err != nil {
			return nil, fmt.Errorf("room of %q: %w", user, err)
		}
		rooms[i] = e.present(now, s.config.LiveTTL)
	}
	return rooms, nil
}

func (s *Store) findRecordings(ctx context.Context, keys []api.FileKey) ([]*api.Recording, error) {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = fileKey(key.User, key.FileID)
	}
	ids, err := s.db.Client().HMGet(ctx, s.keys.files, names...).Result()
	if err != nil {
		return nil, redisdb.StorageError(ctx, err)
	}
	return s.getRecordings(ctx, ids)
}

// getRecordings returns a recording for each id, nil for a nil id.
func (s *Store) getRecordings(ctx context.Context, ids []any) ([]*api.Recording, error) {
	recordings := make([]*api.Recording, len(ids))
	var names []string
	var places []int
	for i, id := range ids {
		if text, ok := id.(string); ok {
			names, places = append(names, text), append(places, i)
		}
	}
	if len(names) == 0 {
		return recordings, nil
	}
	raw, err := s.db.Client().HMGet(ctx, s.keys.recordings, names...).Result()
	if err != nil {
		return nil, redisdb.StorageError(ctx, err)
	}
	for i, place := range places {
		if recordings[place], err = decodeRecording(raw[i]); err != nil {
			return nil, fmt.Errorf("recording %q: %w", names[i], err)
		}
	}
	return recordings, nil
}

// get returns one field of a hash, "" if there is none.
func (s *Store) get(ctx context.Context, key, field string) (string, error) {
	text, err := s.db.Client().HGet(ctx, key, field).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return text, redisdb.StorageError(ctx, err)
}
