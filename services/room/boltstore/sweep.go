package boltstore

import (
	"bytes"
	"context"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
)

// sweepChunk bounds how long one sweep holds up the writers behind it.
const sweepChunk = 2000

// Sweep implements room.Store.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.now()
	var late []string
	s.file.State().rooms.Scan(func(name string, m *memberSet) bool {
		_, due := m.firstDue(now)
		if _, ahead := m.firstAhead(now, s.ttl); due || ahead {
			late = append(late, name)
		}
		return true
	})
	for _, name := range late {
		if err := s.settle(ctx, name, now); err != nil {
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

// settle removes the members of one room that are due, and lets those whose time
// is further ahead than it can be, as after a jump of the clock, leave when they
// would had they entered now. It does so a chunk at a time.
func (s *Store) settle(ctx context.Context, name string, now time.Time) error {
	for more := true; more; {
		err := s.file.Update(ctx, func(tx *bbolt.Tx, st *state) (err error) {
			more, err = settleSome(tx, st, name, now)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func settleSome(tx *bbolt.Tx, st *state, name string, now time.Time) (more bool, err error) {
	m, ok := st.own(name)
	if !ok {
		return false, nil
	}
	for range sweepChunk {
		if one, due := m.firstDue(now); due {
			err = drop(tx, st, name, m, one)
		} else if one, ahead := m.firstAhead(now, st.config.MemberTTL); ahead {
			in := *one
			in.due = now.Add(st.config.MemberTTL).UnixMilli()
			m.put(&in)
			key := members.Key{Name: name, Session: m.session}
			err = putMember(tx, key, &in, getTexts(tx, key, &in), st.config.MemberTTL)
		} else {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
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
func collectAll(tx *bbolt.Tx, st *state, key members.Key) error {
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
