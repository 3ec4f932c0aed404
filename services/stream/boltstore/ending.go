package boltstore

import (
	"cmp"
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// ending is a session that has ended, and when, in Unix milliseconds: with its user it is
// the key of its summary.
type ending struct{ session, ended int64 }

// endingOf returns that of a summary. A time before 1970 counts as 1970, as in the key.
func endingOf(s streams.Summary) ending { return ending{s.Session, max(0, s.Ended)} }

// endings are those of one user, by session.
type endings []ending

// endingSize is the length of one in the record, in bytes: two numbers of 8, big endian.
const endingSize = 16

// getEndings returns those of a user, none if nothing is kept.
func getEndings(bolt *bbolt.Tx, user string) (endings, error) {
	return splitEndings(bolt.Bucket(endingBucket).Get([]byte(user)))
}

// splitEndings reads a record. One that has no whole endings in their order is ErrDamaged.
func splitEndings(raw []byte) (endings, error) {
	if len(raw)%endingSize != 0 {
		return nil, stream.ErrDamaged
	}
	all := make(endings, 0, len(raw)/endingSize+1)
	for ; len(raw) > 0; raw = raw[endingSize:] {
		at := ending{int64(binary.BigEndian.Uint64(raw)), int64(binary.BigEndian.Uint64(raw[8:]))}
		if len(all) > 0 && all[len(all)-1].session >= at.session {
			return nil, stream.ErrDamaged
		}
		all = append(all, at)
	}
	return all, nil
}

// putEndings keeps those of a user.
func putEndings(bolt *bbolt.Tx, user string, all endings) error {
	if len(all) == 0 {
		return bolt.Bucket(endingBucket).Delete([]byte(user))
	}
	raw := make([]byte, 0, endingSize*len(all))
	for _, at := range all {
		raw = binary.BigEndian.AppendUint64(raw, uint64(at.session))
		raw = binary.BigEndian.AppendUint64(raw, uint64(at.ended))
	}
	return bolt.Bucket(endingBucket).Put([]byte(user), raw)
}

// of returns the place of a session, or where it would be.
func (all endings) of(session int64) (at int, found bool) {
	return slices.BinarySearchFunc(all, session, func(e ending, session int64) int { return cmp.Compare(e.session, session) })
}

// with puts one in, in place of an earlier ending of its session. It returns as gone those
// whose summary is to go: the earlier one, and the oldest that are too many.
func (all endings) with(at ending) (kept, gone endings) {
	place, found := all.of(at.session)
	switch {
	case !found:
		all = slices.Insert(all, place, at)
	case all[place] != at:
		gone = append(gone, all[place])
		all[place] = at
	}
	if excess := len(all) - streams.MaxSummaries; excess > 0 {
		gone = append(gone, all[:excess]...)
		all = all[excess:]
	}
	return all, gone
}

// without takes one out, if it is there.
func (all endings) without(at ending) endings {
	return slices.DeleteFunc(all, func(other ending) bool { return other == at })
}
