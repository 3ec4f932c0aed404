package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/damage"
	"xiaozhibo.dev/services/stream"
)

// load builds the state. It reads only what is listed, of a recording only its key, so
// that a start does not take longer the more was ever kept. A damaged key is left out and reported.
func load(bolt *bbolt.Tx, now time.Time, config stream.Config, reporter *damage.Reporter) (*state, error) {
	for _, name := range buckets {
		if _, err := bolt.CreateBucketIfNotExists(name); err != nil {
			return nil, err
		}
	}
	st := newState()
	prefix := []byte{byte(stream.Alive)}
	cursor := bolt.Bucket(waitBucket).Cursor()
	for key, raw := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, raw = cursor.Next() {
		alive, user, ok := splitWait(key)
		if !ok || len(raw) != 8 {
			reporter.LeftOut(context.Background(), fmt.Sprintf("bucket %s, key %x", waitBucket, key), stream.ErrDamaged)
			continue
		}
		st.show(&room{user: user, timestamp: int64(binary.BigEndian.Uint64(raw)), alive: alive, fence: readFence(bolt, user)})
	}
	cursor = bolt.Bucket(endBucket).Cursor()
	window, err := unlisted(bolt, now.Add(-config.RecordingWindow).Unix()) // what has left since is yet to be told
	if err != nil {
		return nil, err
	}
	for key, _ := cursor.Seek(since(window)); key != nil; key, _ = cursor.Next() {
		r, ok := splitEnd(key)
		if !ok {
			reporter.LeftOut(context.Background(), fmt.Sprintf("bucket %s, key %x", endBucket, key), stream.ErrDamaged)
			continue
		}
		st.recorded.put(r)
	}
	st.bans = count(bolt.Bucket(banBucket))
	return st, closeSeam(bolt, now)
}

// count counts the keys of a bucket.
func count(bucket *bbolt.Bucket) (keys int) {
	cursor := bucket.Cursor()
	for key, _ := cursor.First(); key != nil; key, _ = cursor.Next() {
		keys++
	}
	return keys
}
