package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"xiaozhibo.dev/libs/store/plainjson"
	"xiaozhibo.dev/services/stream"
)

// tx implements stream.Tx on a transaction of bbolt. It writes at once, to the file and to
// the state of the batch; what is undone is undone with both. What stands under the user alone
// waits for flush.
type tx struct {
	own
	state  *state
	now    time.Time
	config stream.Config
}

var _ stream.Tx = (*tx)(nil)

// Now implements stream.Tx.
func (t *tx) Now() time.Time { return t.now }

// Anchor implements stream.Tx. The lists in it are copies, so a change may write to them
// before PutAnchor.
func (t *tx) Anchor() (stream.Anchor, error) {
	found, err := t.record()
	found.EndedSequences, found.Past = slices.Clone(found.EndedSequences), slices.Clone(found.Past)
	return stream.Anchor{Current: found.Current, History: found.History}, err
}

// PutAnchor implements stream.Tx. It also moves the user in the list and among those that
// wait. Over a damaged record it works too: the user is then taken out of every list
// first.
func (t *tx) PutAnchor(a stream.Anchor) error {
	before, err := t.record()
	if errors.Is(err, stream.ErrDamaged) {
		err = t.unlist() // whatever it was listed as, it is no more
		before = record{}
	}
	if err != nil {
		return err
	}
	wait, moment := a.Since(t.config)
	after := record{Current: a.Current, history: history{History: a.History, Wait: string(wait), Moment: moment}}
	if err := t.list(&before, &after); err != nil {
		return err
	}
	if a.Session.StreamID != before.Session.StreamID {
		if err := t.bolt.Bucket(streamBucket).Put([]byte(a.Session.StreamID), []byte(t.user)); err != nil {
			return err
		}
	}
	t.putRecord(after)
	return nil
}

// list brings the lists and what the anchor waits for in step with a change. The old place is
// left before the new one is taken, as both may be the same.
func (t *tx) list(before, after *record) error {
	if err := t.delist(before); err != nil {
		return err
	}
	if row := listed(&after.Current); row != nil {
		t.state.show(row)
	}
	return t.bolt.Bucket(waitBucket).Put(after.waitKey(), since(after.Session.Timestamp))
}

// delist takes a user out of the list in memory and of the waits on disk.
func (t *tx) delist(before *record) error {
	if before.Session.User == "" {
		return nil // there was none
	}
	if row := listed(&before.Current); row != nil {
		t.state.hide(row)
	}
	return t.bolt.Bucket(waitBucket).Delete(before.waitKey())
}

// unlist takes the user out of the list where the record is damaged and does not tell the
// place. It reads all that waits, so its time grows with the number of users.
func (t *tx) unlist() error {
	waits := t.bolt.Bucket(waitBucket)
	var stale [][]byte
	err := waits.ForEach(func(key, raw []byte) error {
		alive, user, ok := splitWait(key)
		if !ok || user != t.user {
			return nil
		}
		stale = append(stale, bytes.Clone(key))
		if stream.Wait(key[0]) == stream.Alive && len(raw) == 8 {
			t.state.hide(&room{user: user, timestamp: int64(binary.BigEndian.Uint64(raw)), alive: alive})
		}
		return nil
	})
	for _, key := range stale {
		err = errors.Join(err, waits.Delete(key))
	}
	return err
}

// Past implements stream.Tx.
func (t *tx) Past(session int64) (stream.Texts, error) {
	texts, err := getTexts(t.bolt.Bucket(pastBucket), pastKey(t.user, session))
	if err != nil {
		err = fmt.Errorf("texts of session %d of anchor %q are damaged: %w", session, t.user, err)
	}
	return texts, err
}

// PutPast implements stream.Tx.
func (t *tx) PutPast(session int64, texts stream.Texts) error {
	return t.put(pastBucket, pastKey(t.user, session), texts)
}

// DropPast implements stream.Tx.
func (t *tx) DropPast(session int64) error {
	return t.bolt.Bucket(pastBucket).Delete(pastKey(t.user, session))
}

// Recording implements stream.Tx. A record that cannot be read is ErrDamaged.
func (t *tx) Recording(fileID string) (*stream.Recording, error) {
	return getRecording(t.bolt, t.user, fileID)
}

// RecordingsFrom implements stream.Tx. Keys are ordered by start, so it reads no others.
func (t *tx) RecordingsFrom(from, to int64) (found []stream.Recording, err error) {
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

// PutRecording implements stream.Tx. The row in memory is replaced with it. Start and file id
// of a recording never change, nor does its key; so a file id that led to it still does.
func (t *tx) PutRecording(r stream.Recording, fileID string) error {
	key := recordingKey(t.user, r.Start, r.FileID)
	if err := t.put(recordingBucket, key, r); err != nil {
		return err
	}
	if err := t.bolt.Bucket(fileBucket).Put(fileKey(t.user, fileID), key); err != nil {
		return err
	}
	if err := t.bolt.Bucket(fileUserBucket).Put(fileUserKey(fileID, t.user), nil); err != nil {
		return err
	}
	row := &recording{user: t.user, fileID: r.FileID, start: r.Start, end: r.End}
	if !r.Playable() {
		t.state.recorded.remove(row)
		return t.bolt.Bucket(endBucket).Delete(endKey(r.End, key))
	}
	if r.InWindow(t.now, t.config) {
		t.state.recorded.put(row)
	}
	return t.bolt.Bucket(endBucket).Put(endKey(r.End, key), nil)
}

// put writes a value as JSON.
func (t *tx) put(bucket, key []byte, v any) error {
	raw, err := plainjson.Encode(v)
	if err != nil {
		return fmt.Errorf("encode %s of %q: %w", bucket, t.user, err)
	}
	return t.bolt.Bucket(bucket).Put(key, raw)
}
