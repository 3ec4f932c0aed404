package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/services/counter"
)

// pastBucket holds pastKey → count and time, 8 bytes each, of sessions that are over.
var pastBucket = []byte("past")

// agedChunk is how many pasts are looked at, to delete those that have faded, whenever one is
// put. More than one is, so that they cannot become more and more.
const agedChunk = 8

// pastKey returns the length of the name, the name, the session. Without the length in front,
// the keys of the name "a" could lie among those of "ab".
func pastKey(key counters.Key) []byte {
	raw := binary.AppendUvarint(nil, uint64(len(key.Name)))
	raw = append(raw, key.Name...)
	return binary.BigEndian.AppendUint64(raw, uint64(key.Session))
}

// splitPast is the reverse of pastKey. ok is false for any other key.
func splitPast(raw []byte) (key counters.Key, ok bool) {
	length, n := binary.Uvarint(raw)
	if n <= 0 || uint64(len(raw)-n) != length+8 {
		return key, false
	}
	return counters.Key{Name: string(raw[n : len(raw)-8]), Session: number(raw[len(raw)-8:])}, true
}

// encodePast writes count and time.
func encodePast(p counter.Past) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(p.Count)), uint64(p.At))
}

// decodePast reads it; nothing at all is the zero Past.
func decodePast(raw []byte) (p counter.Past, err error) {
	switch len(raw) {
	case 0:
		return p, nil
	case 16:
		return counter.Past{Count: number(raw), At: number(raw[8:])}, nil
	default:
		return p, damaged(raw)
	}
}

// pastOf returns what a session that is over has come to, 0 for one that nothing is kept of.
// A record that cannot be read is a Storage error.
func pastOf(tx *bbolt.Tx, key counters.Key, now int64) (int64, error) {
	past, err := decodePast(tx.Bucket(pastBucket).Get(pastKey(key)))
	if err != nil {
		return 0, apierr.Wrap(apierr.Storage, fmt.Errorf("counter %q, session %d: %w", key.Name, key.Session, err), "storage failed")
	}
	if past.Faded(now) {
		return 0, nil
	}
	return past.Count, nil
}

// putPast keeps what a session has come to, deletes the oldest of the same name that are too
// many, and of all names some that have faded. This is all the cleaning there is: pasts
// become more only here, and each call looks at more of them than it adds.
func (s *Store) putPast(tx *bbolt.Tx, key counters.Key, past counter.Past) error {
	bucket, its := tx.Bucket(pastBucket), pastKey(key)
	if err := bucket.Put(its, encodePast(past)); err != nil {
		return err
	}
	var names, old [][]byte
	// Keys of one name differ in the session alone, big endian: the oldest come first.
	prefix, cursor := its[:len(its)-8], bucket.Cursor()
	for k, _ := cursor.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = cursor.Next() {
		if len(k) == len(its) { // any other length is of a damaged key
			names = append(names, k)
		}
	}
	if excess := len(names) - (session.MaxPast - 1); excess > 0 {
		old = names[:excess]
	}
	k, raw := cursor.Seek(s.aged)
	for seen := 0; k != nil && seen < agedChunk; seen++ {
		if found, err := decodePast(raw); err == nil && found.Faded(past.At) {
			old = append(old, k)
		}
		k, raw = cursor.Next()
	}
	s.aged = bytes.Clone(k) // nil at the end: it begins anew
	// At last, as deleting moves a cursor. A key may be there twice; to delete it again is no error.
	for _, k := range old {
		if err := bucket.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
