// Package boltstore keeps the catalogue in one bbolt file, with every current
// session and every listed recording in memory too.
package boltstore

import (
	"context"
	"time"

	"go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/services/stream"
)

// Store implements stream.Store.
type Store struct {
	file   *boltfile.File[*state]
	config stream.Config
	now    func() time.Time
}

var _ stream.Store = (*Store)(nil)

// Open opens or creates the file at path.
func Open(path string, config stream.Config, now func() time.Time, meter metric.Meter) (*Store, error) {
	file, err := boltfile.Open(path, meter, func(tx *bbolt.Tx) (*state, error) {
		return load(tx, now(), config)
	})
	if err != nil {
		return nil, err
	}
	return &Store{file: file, config: config, now: now}, nil
}

// Close finishes the accepted writes and closes the file.
func (s *Store) Close() error { return s.file.Close() }

// Update implements stream.Store.
func (s *Store) Update(ctx context.Context, user string, change func(stream.Tx) error) error {
	return s.file.Update(ctx, func(bolt *bbolt.Tx, st *state) error {
		return change(&tx{bolt: bolt, state: st, user: user, now: s.now(), config: s.config})
	})
}

// UserOf implements stream.Store.
func (s *Store) UserOf(_ context.Context, streamID string) (user string, err error) {
	err = s.file.View(func(bolt *bbolt.Tx) error {
		user = string(bolt.Bucket(streamBucket).Get([]byte(streamID)))
		return nil
	})
	return user, err
}

// Rooms implements stream.Store.
func (s *Store) Rooms(_ context.Context, users []string) []combine.Result[*api.Room] {
	st, now := s.file.State(), s.now()
	rooms := make([]combine.Result[*api.Room], len(users))
	for i, user := range users {
		rooms[i].Value = st.room(user, now)
	}
	return rooms
}

// Recordings implements stream.Store.
func (s *Store) Recordings(_ context.Context, keys []api.FileKey) []combine.Result[*api.Recording] {
	found := make([]combine.Result[*api.Recording], len(keys))
	err := s.file.View(func(bolt *bbolt.Tx) error {
		for i, key := range keys {
			found[i].Value, found[i].Err = getRecording(bolt, key.User, key.FileID)
		}
		return nil
	})
	if err != nil {
		return combine.Fail[*api.Recording](len(keys), err)
	}
	return found
}

// Pages implements stream.Store.
func (s *Store) Pages(ctx context.Context, queries []api.Query) []combine.Result[api.Page] {
	st, err := s.present(ctx)
	if err != nil {
		return combine.Fail[api.Page](len(queries), err)
	}
	pages := make([]combine.Result[api.Page], len(queries))
	for i, q := range queries {
		pages[i].Value = st.page(q)
	}
	return pages
}

// present returns a state whose lists hold nothing that has left them.
func (s *Store) present(ctx context.Context) (*state, error) {
	now := s.now()
	for {
		st := s.file.State()
		_, due := st.firstDue(now)
		_, leaving := st.firstLeaving(now, s.config.RecordingWindow)
		if !due && !leaving {
			return st, nil
		}
		if err := s.settle(ctx, now); err != nil {
			return nil, err
		}
	}
}

// Sweep implements stream.Store.
func (s *Store) Sweep(ctx context.Context) error {
	_, err := s.present(ctx)
	return err
}

// sweepChunk bounds how long one sweep holds up the writers behind it.
const sweepChunk = 1000

func (s *Store) settle(ctx context.Context, now time.Time) error {
	var expired int // the change may still be writing it after an error
	err := s.file.Update(ctx, func(bolt *bbolt.Tx, st *state) error {
		expired = 0
		for range sweepChunk {
			first, due := st.firstDue(now)
			if !due {
				break
			}
			one := &tx{bolt: bolt, state: st, user: first.room.User, now: now, config: s.config}
			a, err := one.Anchor()
			if err != nil {
				return err
			}
			a.Settle(now)
			if err := one.PutAnchor(a); err != nil {
				return err
			}
			expired++
		}
		for range sweepChunk {
			first, leaving := st.firstLeaving(now, s.config.RecordingWindow)
			if !leaving {
				break
			}
			st.recorded.Delete(first)
			st.leaving.Delete(first)
		}
		return nil
	})
	if err == nil {
		s.config.Sessions.Ended(stream.Expired, expired)
	}
	return err
}
