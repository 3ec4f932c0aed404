package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"slices"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream"
)

// These held, up to format 4, what now stands under the user.
var (
	roomBucket4   = []byte("rooms")   // user → session
	anchorBucket4 = []byte("anchors") // user → history
	endingBucket4 = []byte("endings") // pastKey → end of the session as 8 bytes
)

// oneValueOfUser leads from format 4 to 5: what an opening changes of a user stands under one
// key, and summaries have a form of their own. What cannot be read stays as it is: it is as
// damaged in the one form as in the other.
func oneValueOfUser(bolt *bbolt.Tx) error {
	for _, name := range buckets {
		if _, err := bolt.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	for bucket, part := range map[string]func(*userValue) *[]byte{
		string(roomBucket4):   func(v *userValue) *[]byte { return &v.session },
		string(anchorBucket4): func(v *userValue) *[]byte { return &v.history },
	} {
		if err := moveParts(bolt, []byte(bucket), part); err != nil {
			return err
		}
	}
	if err := moveEndings(bolt); err != nil {
		return err
	}
	return rewriteSummaries(bolt)
}

// moveParts makes every record of a bucket the part of a value.
func moveParts(bolt *bbolt.Tx, bucket []byte, part func(*userValue) *[]byte) error {
	old := bolt.Bucket(bucket)
	if old == nil {
		return nil
	}
	err := old.ForEach(func(user, raw []byte) error {
		value, err := getValue(bolt, string(user))
		if err != nil {
			return err
		}
		*part(&value) = raw
		return putValue(bolt, string(user), value.encode())
	})
	if err != nil {
		return err
	}
	return bolt.DeleteBucket(bucket)
}

// moveEndings makes a list of the endings of each user. They stand side by side, by session.
func moveEndings(bolt *bbolt.Tx) error {
	old := bolt.Bucket(endingBucket4)
	if old == nil {
		return nil
	}
	var of string
	var all []ending
	flush := func() error {
		slices.Reverse(all)
		one := own{bolt: bolt, user: of}
		one.putEndings(encodeEndings(all))
		all = nil
		return one.flush()
	}
	err := old.ForEach(func(key, raw []byte) error {
		user, session, ok := splitUser(key)
		if !ok || len(session) != 8 || len(raw) != 8 {
			return nil
		}
		if user != of && len(all) > 0 {
			if err := flush(); err != nil {
				return err
			}
		}
		of = user
		all = append(all, ending{session: int64(binary.BigEndian.Uint64(session)), ended: int64(binary.BigEndian.Uint64(raw))})
		return nil
	})
	if err == nil && len(all) > 0 {
		err = flush()
	}
	if err != nil {
		return err
	}
	return bolt.DeleteBucket(endingBucket4)
}

// rewriteSummaries writes each summary in its own form. One that is not of its key is damaged,
// and stays so.
func rewriteSummaries(bolt *bbolt.Tx) error {
	bucket := bolt.Bucket(endedBucket)
	bucket.FillPercent = denseFill
	cursor := bucket.Cursor()
	for key, raw := cursor.First(); key != nil; key, raw = cursor.Next() {
		var ended stream.Ended
		user, at, ok := splitEnded(key)
		if !ok || json.Unmarshal(raw, &ended) != nil || ended.User != user || endingOf(ended.Summary) != at {
			continue
		}
		if err := bucket.Put(key, encodeEnded(&ended)); err != nil {
			return err
		}
		cursor.Seek(endedKey(user, at)) // what is put moves a cursor
	}
	return nil
}
