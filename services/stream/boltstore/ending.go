package boltstore

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
)

// An ending has a key of its own, not a place in a list of its user: a restore makes the
// file in parts, and of a key that two parts have only one record stays.

// ending is a session that has ended, and when, in Unix milliseconds: with its user it is
// the key of its summary.
type ending struct{ session, ended int64 }

// endingOf returns that of a summary. A time before 1970 counts as 1970, as in the key.
func endingOf(s streams.Summary) ending { return ending{session: s.Session, ended: max(0, s.Ended)} }

// getEnding returns that of a session. It is false if none is kept or it is damaged.
func getEnding(bolt *bbolt.Tx, user string, session int64) (at ending, found bool) {
	ended, found := decodeEnding(bolt.Bucket(endingBucket).Get(pastKey(user, session)))
	return ending{session: session, ended: ended}, found
}

// decodeEnding reads the record of one: its end. It is false for one that is damaged.
func decodeEnding(raw []byte) (ended int64, ok bool) {
	if len(raw) != 8 {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(raw)), true
}

// putEnding keeps one, in place of an earlier ending of its session, whose summary goes.
func putEnding(bolt *bbolt.Tx, user string, at ending) error {
	if old, found := getEnding(bolt, user, at.session); found && old != at {
		if err := bolt.Bucket(endedBucket).Delete(endedKey(user, old)); err != nil {
			return err
		}
	}
	return bolt.Bucket(endingBucket).Put(pastKey(user, at.session), since(at.ended))
}

// dropExcess drops the oldest session of a user that has more than MaxSummaries. One is
// enough, as it follows every summary that is put.
func dropExcess(bolt *bbolt.Tx, user string) error {
	oldest, raw := tooMany(bolt.Bucket(endingBucket), userPrefix(user), streams.MaxSummaries)
	if oldest == nil {
		return nil
	}
	if ended, ok := decodeEnding(raw); ok {
		if err := bolt.Bucket(endedBucket).Delete(append(endedPrefix(ended), oldest...)); err != nil {
			return err
		}
	}
	return bolt.Bucket(endingBucket).Delete(oldest)
}

// tooMany returns copies of the first key under a prefix and of its value if there are more
// keys than limit, else nil.
func tooMany(bucket *bbolt.Bucket, prefix []byte, limit int) (first, value []byte) {
	cursor, n := bucket.Cursor(), 0
	first, value = cursor.Seek(prefix)
	for key := first; key != nil && bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
		if n++; n > limit {
			return bytes.Clone(first), bytes.Clone(value)
		}
	}
	return nil, nil
}
