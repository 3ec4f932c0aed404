package boltstore

import (
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/plainjson"
)

// seamKey is there once a log has been restored, and leads to the number after which it goes
// on, as 8 bytes. Until the file is opened that number is not known, and nothing stands there.
//
// The log that the backup was taken of has gone on, too. So numbers are left out: what it has
// told after the backup is never taken for what is told here.
var seamKey = []byte("seam")

// importChange puts a change of another log in, under its number.
func importChange(bolt *bbolt.Tx, change streams.Change) error {
	bucket, number := bolt.Bucket(changeBucket), change.Number
	if uint64(number) > bucket.Sequence() {
		if err := bucket.SetSequence(uint64(number)); err != nil {
			return err
		}
	}
	change.Number = 0 // the key says it
	raw, err := plainjson.Encode(change)
	if err != nil {
		return err
	}
	if err := bucket.Put(since(number), raw); err != nil {
		return err
	}
	return bolt.Bucket(journalBucket).Put(seamKey, []byte{})
}

// closeSeam lets a log that was restored go on after the number of this moment.
func closeSeam(bolt *bbolt.Tx, now time.Time) error {
	journal, changes := bolt.Bucket(journalBucket), bolt.Bucket(changeBucket)
	if raw := journal.Get(seamKey); raw == nil || len(raw) > 0 {
		return nil
	}
	number := max(newest(bolt), now.UnixMilli())
	if err := changes.SetSequence(uint64(number)); err != nil {
		return err
	}
	return journal.Put(seamKey, since(number))
}

// surplus returns the number up to which there are more changes than most. Where numbers are
// left out among them, they are counted.
func surplus(bolt *bbolt.Tx, most int) int64 {
	cursor, last := bolt.Bucket(changeBucket).Cursor(), newest(bolt)-int64(most)
	first, _ := cursor.First()
	seam := bolt.Bucket(journalBucket).Get(seamKey)
	if first == nil || len(seam) != 8 || binary.BigEndian.Uint64(first) > binary.BigEndian.Uint64(seam) {
		return last
	}
	key, _ := cursor.Last()
	for range most {
		if key, _ = cursor.Prev(); key == nil {
			return 0
		}
	}
	return int64(binary.BigEndian.Uint64(key))
}
