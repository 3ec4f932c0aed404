package boltstore

import (
	"bytes"
	"context"
	"time"

	"go.etcd.io/bbolt"
)

// sweepChunk bounds how long one sweep holds up the writers behind it.
const sweepChunk = 2000

// Sweep implements room.Store.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.now()
	var due []string
	s.file.State().rooms.Scan(func(name string, m *members) bool {
		if _, ok := m.firstDue(now); ok {
			due = append(due, name)
		}
		return true
	})
	for _, name := range due {
		if err := s.expire(ctx, name, now); err != nil {
			return err
		}
	}
	for len(s.file.State().garbage) > 0 {
		if err := s.file.Update(ctx, collect); err != nil {
			return err
		}
	}
	return nil
}

// expire removes the members of one room that are due, a chunk at a time.
func (s *Store) expire(ctx context.Context, name string, now time.Time) error {
	for more := true; more; {
		err := s.file.Update(ctx, func(tx *bbolt.Tx, st *state) error {
			more = false
			m, ok := st.own(name)
			if !ok {
				return nil
			}
			for range sweepChunk {
				one, due := m.firstDue(now)
				if !due {
					return nil
				}
				if err := drop(tx, st, name, m, one); err != nil {
					return err
				}
			}
			more = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// collect deletes a chunk of a replaced session from the file.
func collect(tx *bbolt.Tx, st *state) error {
	if len(st.garbage) == 0 {
		return nil
	}
	prefix := st.garbage[0]
	var keys [][]byte
	cursor := tx.Bucket(memberBucket).Cursor()
	for k, _ := cursor.Seek(prefix); bytes.HasPrefix(k, prefix) && len(keys) < sweepChunk; k, _ = cursor.Next() {
		keys = append(keys, k)
	}
	if len(keys) < sweepChunk {
		st.garbage = st.garbage[1:]
	}
	return deleteKeys(tx, keys)
}
