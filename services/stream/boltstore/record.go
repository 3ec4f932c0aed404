package boltstore

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream"
)

var (
	userBucket      = []byte("users")      // user → session, history and endings, see userValue
	pastBucket      = []byte("past")       // pastKey → stream.Texts of an earlier session as JSON
	streamBucket    = []byte("streams")    // stream id → user
	waitBucket      = []byte("waits")      // record.waitKey → timestamp of the room as 8 bytes big endian
	recordingBucket = []byte("recordings") // recordingKey → stream.Recording as JSON
	fileBucket      = []byte("files")      // fileKey, of every file id → recordingKey
	endBucket       = []byte("ends")       // endKey, of every recording with a URL → nothing
	fileUserBucket  = []byte("fileusers")  // fileUserKey, of every file id → nothing
	endedBucket     = []byte("ended")      // endedKey → stream.Ended, see encodeEnded
	changeBucket    = []byte("changes")    // number as 8 bytes → streams.Change as JSON; its sequence is the last number
	banBucket       = []byte("bans")       // user → streams.Ban as JSON
	bookmarkBucket  = []byte("bookmarks")  // name → streams.Bookmark as JSON
	journalBucket   = []byte("journal")    // unlistedKey → see there
)

// buckets are all there are. A file of an earlier version lacks some, so they are made when it
// is opened.
var buckets = [][]byte{
	userBucket, pastBucket, streamBucket, waitBucket, recordingBucket, fileBucket, endBucket,
	fileUserBucket, endedBucket, changeBucket, banBucket, bookmarkBucket, journalBucket,
}

// record is an anchor in the file, in two parts: a page reads the first alone.
type record struct {
	stream.Current
	history
}

// getCurrent returns the current session of a user, nil if nothing is kept.
func getCurrent(bolt *bbolt.Tx, user string) (*stream.Current, error) {
	value, err := getValue(bolt, user)
	if err != nil {
		return nil, err
	}
	return value.current(user)
}

// getRecord returns the record of a user, a zero one if nothing is kept.
func getRecord(bolt *bbolt.Tx, user string) (record, error) {
	value, err := getValue(bolt, user)
	if err != nil {
		return record{}, err
	}
	return value.record(user)
}

// getTexts reads the texts of an earlier session, none if there are none.
func getTexts(bucket *bbolt.Bucket, key []byte) (texts stream.Texts, err error) {
	if raw := bucket.Get(key); raw != nil {
		err = json.Unmarshal(raw, &texts)
	}
	return texts, err
}

// getRecording finds a recording by any of its file ids, nil if there is none.
func getRecording(bolt *bbolt.Tx, user, fileID string) (*stream.Recording, error) {
	key := bolt.Bucket(fileBucket).Get(fileKey(user, fileID))
	if key == nil {
		return nil, nil
	}
	return decodeRecording(key, bolt.Bucket(recordingBucket).Get(key))
}

// decodeRecording reads a recording. An error names its key, in which user and start are.
func decodeRecording(key, raw []byte) (*stream.Recording, error) {
	var r stream.Recording
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("recording %q is %w: %w", key, stream.ErrDamaged, err)
	}
	return &r, nil
}
