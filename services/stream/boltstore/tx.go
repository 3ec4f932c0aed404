package boltstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/services/stream"
)

var (
	anchorBucket    = []byte("anchors")    // user → stream.Anchor as JSON
	streamBucket    = []byte("streams")    // stream id → user
	recordingBucket = []byte("recordings") // recordingKey → stream.Recording as JSON
	fileBucket      = []byte("files")      // fileKey, of every file id → recordingKey
)

// kept is an anchor in the file. His session ends when nothing has shown it
// alive for the time to live of today, not of the day he was kept on.
type kept struct {
	stream.Anchor
	TTL int64 `json:"ttl"` // milliseconds
}

func decodeAnchor(user, raw []byte, ttl time.Duration) (stream.Anchor, error) {
	var k kept
	if err := json.Unmarshal(raw, &k); err != nil {
		return stream.Anchor{}, fmt.Errorf("anchor %q: %w", user, err)
	}
	k.Due += ttl.Milliseconds() - k.TTL
	return k.Anchor, nil
}

// load builds the state.
func load(bolt *bbolt.Tx, now time.Time, config stream.Config) (*state, error) {
	for _, name := range [][]byte{anchorBucket, streamBucket, recordingBucket, fileBucket} {
		if _, err := bolt.CreateBucketIfNotExists(name); err != nil {
			return nil, err
		}
	}
	st := newState()
	err := bolt.Bucket(anchorBucket).ForEach(func(user, raw []byte) error {
		a, err := decodeAnchor(user, raw, config.LiveTTL)
		if err == nil {
			st.putAnchor(&a)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = bolt.Bucket(recordingBucket).ForEach(func(key, raw []byte) error {
		r, err := decodeRecording(key, raw)
		if err == nil && listed(r, now, config.RecordingWindow) {
			st.putRecording(*r)
		}
		return err
	})
	return st, err
}

// tx implements stream.Tx.
type tx struct {
	bolt   *bbolt.Tx
	state  *state
	user   string
	now    time.Time
	config stream.Config
}

var _ stream.Tx = (*tx)(nil)

func (t *tx) Now() time.Time { return t.now }

func (t *tx) Anchor() (stream.Anchor, error) {
	raw := t.bolt.Bucket(anchorBucket).Get([]byte(t.user))
	if raw == nil {
		return stream.Anchor{}, nil
	}
	return decodeAnchor([]byte(t.user), raw, t.config.LiveTTL)
}

func (t *tx) PutAnchor(a stream.Anchor) error {
	raw, err := json.Marshal(kept{a, t.config.LiveTTL.Milliseconds()})
	if err != nil {
		return fmt.Errorf("anchor %q: %w", t.user, err)
	}
	if err := t.bolt.Bucket(anchorBucket).Put([]byte(t.user), raw); err != nil {
		return err
	}
	if err := t.bolt.Bucket(streamBucket).Put([]byte(a.Room.StreamID), []byte(t.user)); err != nil {
		return err
	}
	t.state.putAnchor(&a)
	return nil
}

func (t *tx) Recording(fileID string) (*api.Recording, error) {
	return getRecording(t.bolt, t.user, fileID)
}

func (t *tx) RecordingsFrom(from, to int64) (found []api.Recording, err error) {
	prefix := userPrefix(t.user)
	cursor := t.bolt.Bucket(recordingBucket).Cursor()
	for k, raw := cursor.Seek(recordingKey(t.user, from, "")); bytes.HasPrefix(k, prefix); k, raw = cursor.Next() {
		r, err := decodeRecording(k, raw)
		if err != nil {
			return nil, err
		}
		if r.Start > to {
			break
		}
		found = append(found, *r)
	}
	return found, nil
}

func (t *tx) PutRecording(r api.Recording, fileID string) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("recording %q: %w", r.FileID, err)
	}
	key := recordingKey(t.user, r.Start, r.FileID)
	if err := t.bolt.Bucket(recordingBucket).Put(key, raw); err != nil {
		return err
	}
	if err := t.bolt.Bucket(fileBucket).Put(fileKey(t.user, fileID), key); err != nil {
		return err
	}
	if listed(&r, t.now, t.config.RecordingWindow) {
		t.state.putRecording(r)
	}
	return nil
}

func getRecording(bolt *bbolt.Tx, user, fileID string) (*api.Recording, error) {
	key := bolt.Bucket(fileBucket).Get(fileKey(user, fileID))
	if key == nil {
		return nil, nil
	}
	return decodeRecording(key, bolt.Bucket(recordingBucket).Get(key))
}

func decodeRecording(key, raw []byte) (*api.Recording, error) {
	var r api.Recording
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("recording %q: %w", key, err)
	}
	return &r, nil
}

// userPrefix begins every key of a user's recordings and files. The length
// first keeps one user's keys from running into another's.
func userPrefix(user string) []byte {
	return append(binary.AppendUvarint(nil, uint64(len(user))), user...)
}

// recordingKey orders a user's recordings by start, which is never negative.
func recordingKey(user string, start int64, fileID string) []byte {
	key := binary.BigEndian.AppendUint64(userPrefix(user), uint64(max(0, start)))
	return append(key, fileID...)
}

func fileKey(user, fileID string) []byte { return append(userPrefix(user), fileID...) }
