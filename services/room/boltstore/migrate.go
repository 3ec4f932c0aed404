package boltstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/room"
)

// Migrations bring a file of an earlier format to today's. The first leads from format 1 to
// 2. folder.Prepare runs what a file needs, once, before any process opens it.
var Migrations = []folder.Migration{byPlace}

// member1 is a member of format 1, where members stood under their user ids, as JSON. It must
// not follow changes of today's record: it describes files that are there.
type member1 struct {
	Nickname string `json:"n"`
	HeadPic  string `json:"h"`
	Seen     int64  `json:"s"`
	Place    uint64 `json:"p"`
	Level    int32  `json:"l"`
}

// moved is a record with the key it goes to.
type moved struct{ key, record []byte }

// byPlace leads from format 1 to 2: keys end with the place of a member instead of its
// user, and records get a checksum. A damaged record is kept as it is, under a place that
// no member reaches, and is reported as before.
func byPlace(tx *bbolt.Tx) error {
	old := tx.Bucket(memberBucket)
	if old == nil {
		return nil // never used
	}
	var all []moved
	err := old.ForEach(func(key, raw []byte) error {
		last := math.MaxUint64 - uint64(len(all))
		all = append(all, move(bytes.Clone(key), bytes.Clone(raw), last))
		return nil
	})
	if err != nil {
		return err
	}
	if err := tx.DeleteBucket(memberBucket); err != nil {
		return err
	}
	members, err := tx.CreateBucket(memberBucket)
	if err != nil {
		return err
	}
	// In order: until the commit all are one page, in which it takes long to make room.
	slices.SortFunc(all, func(a, b moved) int { return bytes.Compare(a.key, b.key) })
	for _, one := range all {
		if err := members.Put(one.key, one.record); err != nil {
			return err
		}
	}
	return nil
}

// move returns key and record in format 2 for those of a member of format 1. last is the
// place for a record that cannot be read; a key that cannot be read stays.
func move(key, raw []byte, last uint64) moved {
	prefix, user, ok := splitPrefix(key)
	if !ok {
		return moved{key: key, record: raw}
	}
	var old member1
	if err := json.Unmarshal(raw, &old); err != nil {
		return moved{key: binary.BigEndian.AppendUint64(prefix, last), record: raw}
	}
	return moved{
		key:    binary.BigEndian.AppendUint64(prefix, old.Place),
		record: encode(room.Member{Seen: old.Seen, Level: old.Level}, string(user), old.Nickname, old.HeadPic),
	}
}
