package boltstore

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// sweepJournal deletes what the journal keeps no longer, a chunk in each commit. It looks in a
// reading transaction first: most sweeps find nothing, and writers are not held up for that.
func (s *Store) sweepJournal(ctx context.Context, now time.Time) error {
	for _, overdue := range []func(*bbolt.Tx, time.Time) [][]byte{s.oldSummaries, s.oldChanges, s.overBans} {
		for more := true; more; {
			var keys [][]byte
			err := s.file.View(func(bolt *bbolt.Tx) error {
				keys = overdue(bolt, now)
				return nil
			})
			if err != nil {
				return err
			}
			if more = len(keys) >= sweepChunk; len(keys) == 0 {
				continue
			}
			err = s.file.Update(ctx, func(bolt *bbolt.Tx, st *state) error {
				for _, key := range overdue(bolt, now) { // found anew: a change may have been faster
					if err := deleteOverdue(bolt, st, key); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// An overdue key has the bucket's first letter before it.
const (
	oldSummary = 's'
	oldChange  = 'c'
	overBan    = 'b'
)

// deleteOverdue deletes what one of them leads to.
func deleteOverdue(bolt *bbolt.Tx, st *state, marked []byte) error {
	key := marked[1:]
	switch marked[0] {
	case oldSummary:
		return dropEnded(bolt, key)
	case oldChange:
		return bolt.Bucket(changeBucket).Delete(key)
	default:
		st.bans--
		return bolt.Bucket(banBucket).Delete(key)
	}
}

// mark copies the key, as others are deleted before it is used.
func mark(kind byte, key []byte) []byte { return append([]byte{kind}, key...) }

// oldSummaries returns the sessions whose time is over: the last in the order of ends.
func (s *Store) oldSummaries(bolt *bbolt.Tx, now time.Time) (keys [][]byte) {
	last := s.config.Outlived(now)
	cursor := bolt.Bucket(endedBucket).Cursor()
	for key, _ := cursor.Last(); key != nil && len(keys) < sweepChunk; key, _ = cursor.Prev() {
		if _, at, ok := splitEnded(key); ok && at.ended > last {
			break
		}
		keys = append(keys, mark(oldSummary, key))
	}
	return keys
}

// oldChanges returns the changes that are too many and old enough.
func (s *Store) oldChanges(bolt *bbolt.Tx, now time.Time) (keys [][]byte) {
	last, young := surplus(bolt, s.config.MaxChanges), now.Add(-s.config.ChangesTTL).UnixMilli()
	cursor := bolt.Bucket(changeBucket).Cursor()
	for key, raw := cursor.First(); key != nil && len(keys) < sweepChunk; key, raw = cursor.Next() {
		if int64(binary.BigEndian.Uint64(key)) > last {
			break
		}
		var change streams.Change
		if s.config.ChangesTTL > 0 && json.Unmarshal(raw, &change) == nil && change.At > young {
			break
		}
		keys = append(keys, mark(oldChange, key))
	}
	return keys
}

// overBans returns the bans whose time is over. There are few bans.
func (s *Store) overBans(bolt *bbolt.Tx, now time.Time) (keys [][]byte) {
	cursor := bolt.Bucket(banBucket).Cursor()
	for user, raw := cursor.First(); user != nil && len(keys) < sweepChunk; user, raw = cursor.Next() {
		var ban streams.Ban
		if json.Unmarshal(raw, &ban) == nil && !stream.Holds(&ban, now) {
			keys = append(keys, mark(overBan, user))
		}
	}
	return keys
}
