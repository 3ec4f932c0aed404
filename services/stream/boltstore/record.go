package boltstore

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream"
)

var (
	roomBucket      = []byte("rooms")      // user → stream.Current, see encodeCurrent
	anchorBucket    = []byte("anchors")    // user → history, see encodeHistory
	pastBucket      = []byte("past")       // pastKey → stream.Texts of an earlier session as JSON
	streamBucket    = []byte("streams")    // stream id → user
	waitBucket      = []byte("waits")      // record.waitKey → timestamp of the room as 8 bytes big endian
	recordingBucket = []byte("recordings") // recordingKey → stream.Recording as JSON
	fileBucket      = []byte("files")      // fileKey, of every file id → recordingKey
	endBucket       = []byte("ends")       // endKey, of every recording with a URL → nothing
	fileUserBucket  = []byte("fileusers")  // fileUserKey, of every file id → nothing
	endedBucket     = []byte("ended")      // endedKey → stream.Ended as JSON
	endingBucket    = []byte("endings")    // pastKey → end of the session as 8 bytes: with it, endedKey
	changeBucket    = []byte("changes")    // number as 8 bytes → streams.Change as JSON; its sequence is the last number
	banBucket       = []byte("bans")       // user → streams.Ban as JSON
	bookmarkBucket  = []byte("bookmarks")  // name → streams.Bookmark as JSON
	journalBucket   = []byte("journal")    // unlistedKey → see there
)

// buckets are all there are. A file of an earlier version lacks some, so they are made when it
// is opened.
var buckets = [][]byte{
	roomBucket, anchorBucket, pastBucket, streamBucket, waitBucket, recordingBucket, fileBucket, endBucket,
	fileUserBucket, endedBucket, endingBucket, changeBucket, banBucket, bookmarkBucket, journalBucket,
}

// record is an anchor in the file, in two buckets: a page reads the first half alone.
type record struct {
	stream.Current
	history
}

// getCurrent returns the current session of a user, nil if nothing is kept.
func getCurrent(bolt *bbolt.Tx, user string) (*stream.Current, error) {
	raw := bolt.Bucket(roomBucket).Get([]byte(user))
	if raw == nil {
		return nil, nil
	}
	current, err := decodeCurrent(user, raw)
	if err != nil {
		return nil, fmt.Errorf("the room of %q is %w", user, err)
	}
	return &current, nil
}

// getRecord returns the whole record of a user, a zero one if nothing is kept. Without its
// second half a record is damaged.
func getRecord(bolt *bbolt.Tx, user string) (found record, err error) {
	current, err := getCurrent(bolt, user)
	if err != nil || current == nil {
		return found, err
	}
	found.Current = *current
	if found.history, err = decodeHistory(bolt.Bucket(anchorBucket).Get([]byte(user))); err != nil {
		return record{}, fmt.Errorf("anchor %q is %w", user, err)
	}
	return found, nil
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
