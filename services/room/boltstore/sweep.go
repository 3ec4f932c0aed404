package boltstore

import (
	"bytes"
	"context"
	"math"
	"time"

	"go.etcd.io/bbolt"

	api "xiaozhibo.dev/libs/api/room"
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
	for s.file.State().garbage.Len() > 0 {
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
	prefix, ok := st.garbage.Min()
	if !ok {
		return nil
	}
	keys := keysUnder(tx, prefix, sweepChunk)
	if len(keys) < sweepChunk {
		st.garbage.Delete(prefix)
	}
	return deleteKeys(tx, keys)
}

// collectAll deletes what is left of a session that is about to begin once
// more: its fence was forgotten with the last member of the one that replaced it.
func collectAll(tx *bbolt.Tx, st *state, key api.Key) error {
	prefix := string(keyPrefix(key.Name, key.Session))
	if !st.garbage.Contains(prefix) {
		return nil
	}
	st.garbage.Delete(prefix)
	return deleteKeys(tx, keysUnder(tx, prefix, math.MaxInt))
}

func keysUnder(tx *bbolt.Tx, prefix string, limit int) (keys [][]byte) {
	cursor := tx.Bucket(memberBucket).Cursor()
	for k, _ := cursor.Seek([]byte(prefix)); bytes.HasPrefix(k, []byte(prefix)) && len(keys) < limit; k, _ = cursor.Next() {
		keys = append(keys, k)
	}
	return keys
}
