package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/room"
)

// audienceBucket holds keyPrefix → came, of the current session of each room and of past
// ones.
var audienceBucket = []byte("audiences")

// came is an audience as it is kept: how many came to a session, and how many were there at
// once. at is when anybody last came in, Unix milliseconds; from then on it is kept for
// session.KeptFor.
type came struct {
	members.Audience
	at int64
}

// encode writes a checksum, then peak, joined and at as varints.
func (c came) encode() []byte {
	raw := make([]byte, checksumSize, checksumSize+3*binary.MaxVarintLen64)
	for _, number := range [...]int64{int64(c.Peak), c.Joined, c.at} {
		raw = binary.AppendVarint(raw, number)
	}
	binary.BigEndian.PutUint32(raw, crc32.Checksum(raw[checksumSize:], castagnoli))
	return raw
}

// decodeCame reads it; nothing at all is an audience of nobody.
func decodeCame(raw []byte) (c came, err error) {
	if raw == nil {
		return c, nil
	}
	if len(raw) < checksumSize || binary.BigEndian.Uint32(raw) != crc32.Checksum(raw[checksumSize:], castagnoli) {
		return c, errDamaged
	}
	rest := raw[checksumSize:]
	var peak int64
	for _, number := range [...]*int64{&peak, &c.Joined, &c.at} {
		value, n := binary.Varint(rest)
		if n <= 0 {
			return came{}, errDamaged
		}
		*number, rest = value, rest[n:]
	}
	c.Peak = int(peak)
	return c, nil
}

// Audiences implements room.Store. A damaged record counts nobody.
func (s *Store) Audiences(_ context.Context, keys []members.Key) []combine.Result[members.Audience] {
	audiences, now := make([]combine.Result[members.Audience], len(keys)), s.now()
	err := s.file.View(func(tx *bbolt.Tx) error {
		kept := tx.Bucket(audienceBucket)
		for i, key := range keys {
			if found, err := decodeCame(kept.Get(keyPrefix(key.Name, key.Session))); err == nil && !room.Outlived(found.at, now) {
				audiences[i].Value = found.Audience
			}
		}
		return nil
	})
	if err != nil {
		return combine.Fail[members.Audience](len(keys), err)
	}
	return audiences
}

// beginAudience returns the audience of a session that the room begins, or begins again,
// and deletes the oldest others that are too many beside it. A damaged one begins at zero.
func beginAudience(tx *bbolt.Tx, key members.Key, now time.Time) (members.Audience, error) {
	if key.Session == 0 {
		return members.Audience{}, nil
	}
	bucket, its := tx.Bucket(audienceBucket), keyPrefix(key.Name, key.Session)
	var others [][]byte
	prefix, cursor := its[:len(its)-8], bucket.Cursor()
	for k, _ := cursor.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = cursor.Next() {
		if len(k) == len(its) && !bytes.Equal(k, its) {
			others = append(others, k)
		}
	}
	if excess := len(others) - (session.MaxPast - 1); excess > 0 {
		if err := deleteKeys(bucket, others[:excess]); err != nil {
			return members.Audience{}, err
		}
	}
	before, err := decodeCame(bucket.Get(its))
	if err != nil || room.Outlived(before.at, now) {
		return members.Audience{}, nil //nolint:nilerr // a damaged number begins anew
	}
	return before.Audience, nil
}

// loadAudiences reads those of the sessions that rooms have now.
func loadAudiences(tx *bbolt.Tx, st *state, now time.Time) (err error) {
	st.rooms.Scan(func(name string, m *memberSet) bool {
		m.came, err = beginAudience(tx, members.Key{Name: name, Session: m.Session}, now)
		return err == nil
	})
	return err
}

// putAudiences writes those that have changed in a batch.
func putAudiences(tx *bbolt.Tx, st *state, now time.Time) error {
	for name := range st.owned {
		if m, ok := st.rooms.Get(name); ok {
			if err := putAudience(tx, name, m, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// putAudience writes the audience of a room if it has changed. Session 0 is no session: a
// recording has no audience that anybody asks for.
func putAudience(tx *bbolt.Tx, name string, m *memberSet, now time.Time) error {
	if !m.counted || m.Session == 0 {
		return nil
	}
	m.counted = false
	return tx.Bucket(audienceBucket).Put(keyPrefix(name, m.Session), came{m.came, now.UnixMilli()}.encode())
}

// agedChunk is how many audiences one sweep looks at.
const agedChunk = 1000

// sweepAudiences deletes those whose time is over, of the next few that are kept. There is no
// index by time: a month is long, so a slow walk round and round is soon enough.
func (s *Store) sweepAudiences(ctx context.Context, now time.Time) error {
	var old [][]byte
	from := s.aged
	err := s.file.View(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(audienceBucket).Cursor()
		k, raw := cursor.Seek(from)
		for seen := 0; k != nil && seen < agedChunk; seen++ {
			if found, err := decodeCame(raw); err == nil && room.Outlived(found.at, now) {
				old = append(old, bytes.Clone(k))
			}
			k, raw = cursor.Next()
		}
		from = bytes.Clone(k) // nil at the end: the next sweep begins anew
		return nil
	})
	if err == nil && len(old) > 0 {
		err = s.file.Update(ctx, func(tx *bbolt.Tx, _ *state) error {
			bucket := tx.Bucket(audienceBucket)
			for _, key := range old { // somebody may have come in meanwhile
				if found, err := decodeCame(bucket.Get(key)); err == nil && room.Outlived(found.at, now) {
					if err := bucket.Delete(key); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	if err == nil {
		s.aged = from
	}
	return err
}
