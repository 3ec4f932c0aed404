package boltstore

import (
	"bytes"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream"
)

// forget deletes all that belongs to the user, as settled. If there are very many
// recordings, each call deletes a chunk of them, and the last one the anchor.
func (t *tx) forget(a *stream.Anchor) error {
	more, err := t.dropRecordings()
	if err != nil {
		return err
	}
	if more {
		return t.PutAnchor(*a) // it waits already, and is found again
	}
	if err := t.deleteUnder(pastBucket, userPrefix(t.user)); err != nil {
		return err
	}
	before, err := t.record() // as it is kept, which says under what it waits
	if err != nil {
		return err
	}
	if err := t.delist(&before); err != nil {
		return err
	}
	t.putRecord(record{})
	return t.bolt.Bucket(streamBucket).Delete([]byte(before.Session.StreamID))
}

// dropRecordings deletes a chunk of the user's recordings, and reports whether there may be
// more. File ids go with the last chunk.
func (t *tx) dropRecordings() (more bool, err error) {
	keys, records := keysUnder(t.bolt.Bucket(recordingBucket), userPrefix(t.user), sweepChunk)
	for i, key := range keys {
		if r, err := decodeRecording(key, records[i]); err == nil { // a damaged one has lost its end
			if err := t.bolt.Bucket(endBucket).Delete(endKey(r.End, key)); err != nil {
				return false, err
			}
			t.state.recorded.remove(&recording{user: t.user, fileID: r.FileID, start: r.Start, end: r.End})
		}
		if err := t.bolt.Bucket(recordingBucket).Delete(key); err != nil {
			return false, err
		}
	}
	if len(keys) == sweepChunk {
		return true, nil
	}
	return false, t.dropFiles()
}

// dropFiles deletes the file ids of the user.
func (t *tx) dropFiles() error {
	prefix := userPrefix(t.user)
	for {
		keys, _ := keysUnder(t.bolt.Bucket(fileBucket), prefix, sweepChunk)
		for _, key := range keys {
			if err := t.bolt.Bucket(fileUserBucket).Delete(fileUserKey(string(key[len(prefix):]), t.user)); err != nil {
				return err
			}
			if err := t.bolt.Bucket(fileBucket).Delete(key); err != nil {
				return err
			}
		}
		if len(keys) < sweepChunk {
			return nil
		}
	}
}

// deleteUnder deletes all keys of a bucket that begin with a prefix.
func (t *tx) deleteUnder(bucket, prefix []byte) error {
	in := t.bolt.Bucket(bucket)
	for {
		keys, _ := keysUnder(in, prefix, sweepChunk)
		for _, key := range keys {
			if err := in.Delete(key); err != nil {
				return err
			}
		}
		if len(keys) < sweepChunk {
			return nil
		}
	}
}

// keysUnder returns keys and values first: deleting moves a cursor.
func keysUnder(bucket *bbolt.Bucket, prefix []byte, limit int) (keys, values [][]byte) {
	cursor := bucket.Cursor()
	for k, v := cursor.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix) && len(keys) < limit; k, v = cursor.Next() {
		keys, values = append(keys, bytes.Clone(k)), append(values, bytes.Clone(v))
	}
	return keys, values
}
