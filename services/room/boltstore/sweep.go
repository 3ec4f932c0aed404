package boltstore

import (
	"bytes"
	"context"
	"errors"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
)

// sweepChunk is how many members one commit of a sweep removes at most. Writers wait for a
// commit, so it bounds for how long.
const sweepChunk = 2000

// Sweep implements room.Store. It removes expired members, then what replaced sessions
// have left in the file.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.now()
	// Looked for in the state, which needs no lock: most sweeps find nothing and write nothing.
	var late []string
	s.file.State().rooms.Scan(func(name string, m *memberSet) bool {
		_, due := m.firstDue(now)
		_, ahead := m.firstAhead(now)
		if _, faded := m.traces.firstFaded(now); due || ahead || faded {
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
	return s.sweepAudiences(ctx, now)
}

// settle removes the members of one room whose time is up, a chunk in each commit. After a
// jump of the clock a member may have a time that ends later than it can; it gets the time
// of one who enters now.
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

// settleSome does one chunk of settle, and reports whether there may be more to do. The room
// may have changed, or gone, since the sweep found it late.
func settleSome(tx *bbolt.Tx, st *state, name string, now time.Time) (more bool, err error) {
	m, ok := st.own(name)
	if !ok {
		return false, nil
	}
	for range sweepChunk {
		if one, due := m.firstDue(now); due {
			err = drop(tx, st, name, m, one, now)
		} else if one, ahead := m.firstAhead(now); ahead {
			err = recall(tx, name, m, one, now)
		} else if left, faded := m.traces.firstFaded(now); faded {
			if err = fade(tx, name, m, left.user); err == nil {
				err = forgetEmpty(tx, st, name, m, now)
			}
		} else {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// recall gives a member the time to live of one who enters now. Place, level and texts
// stay.
func recall(tx *bbolt.Tx, name string, m *memberSet, one *member, now time.Time) error {
	again := *one
	again.Seen = now.UnixMilli()
	m.put(&again)
	members, key := tx.Bucket(memberBucket), memberKey(name, m.Session, one.Place)
	r := readable(members.Get(key))
	return members.Put(key, encode(again.Member, []byte(one.user), r.nickname, r.headPic))
}

// collect deletes a chunk of a replaced session from the file.
func collect(tx *bbolt.Tx, st *state) error {
	prefix, ok := st.garbage.Min()
	if !ok {
		return nil
	}
	left := sweepChunk
	for _, bucket := range [...]*bbolt.Bucket{tx.Bucket(memberBucket), tx.Bucket(traceBucket)} {
		keys := keysUnder(bucket, prefix, left)
		if err := deleteKeys(bucket, keys); err != nil {
			return err
		}
		left -= len(keys)
	}
	if left > 0 {
		st.garbage.Delete(prefix)
	}
	return nil
}

// collectAll deletes at once what is left of a session that is about to begin again. It
// happens where the session that replaced it was forgotten together with its last member
// and its fence. Otherwise the next start would find the old members under the keys of the
// new ones.
func collectAll(tx *bbolt.Tx, st *state, key members.Key) error {
	prefix := string(keyPrefix(key.Name, key.Session))
	if !st.garbage.Contains(prefix) {
		return nil
	}
	st.garbage.Delete(prefix)
	members, traces := tx.Bucket(memberBucket), tx.Bucket(traceBucket)
	return errors.Join(
		deleteKeys(members, keysUnder(members, prefix, math.MaxInt)),
		deleteKeys(traces, keysUnder(traces, prefix, math.MaxInt)),
	)
}

// keysUnder returns up to limit keys that begin with prefix. They are collected before any
// is deleted, because deleting moves a cursor. They refer to the file and are good until
// the end of the transaction.
func keysUnder(members *bbolt.Bucket, prefix string, limit int) (keys [][]byte) {
	cursor := members.Cursor()
	for k, _ := cursor.Seek([]byte(prefix)); bytes.HasPrefix(k, []byte(prefix)) && len(keys) < limit; k, _ = cursor.Next() {
		keys = append(keys, k)
	}
	return keys
}
