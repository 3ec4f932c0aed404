package boltstore

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/stream"
)

// Migrations bring a file of an earlier format to today's, one format each, in order. A step
// describes files that are there: it changes only if it is wrong. folder.Prepare runs what a
// file needs before a process opens it.
var Migrations = []folder.Migration{roomsApart, usersOfFiles, summariesByEnd, oneValueOfUser}

// anchor1 is an anchor of format 1, where it differs from today's: texts, and those of
// earlier sessions, stood in it, and it said when the session was due.
type anchor1 struct {
	stream.Anchor
	Due  int64 `json:"due"`
	TTL  int64 `json:"ttl"`
	Past []struct {
		stream.Span
		stream.Texts
	} `json:"past"`
}

// roomsApart leads from format 1 to 2: sessions and the texts of earlier sessions stand apart,
// and what waits for a time is found by it. Sessions go where today's format has them; later
// migrations find none in the buckets of before.
func roomsApart(bolt *bbolt.Tx) error {
	for _, name := range buckets {
		if _, err := bolt.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	latest, err := indexEnds(bolt)
	if err != nil {
		return err
	}
	anchors := bolt.Bucket(anchorBucket4)
	if anchors == nil {
		return nil // as in a file that was never used
	}
	err = anchors.ForEach(func(user, raw []byte) error {
		if err := takeOver(bolt, string(user), raw, latest[string(user)]); err != nil {
			return fmt.Errorf("anchor %q: %w", user, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return bolt.DeleteBucket(anchorBucket4)
}

// indexEnds enters every recording in the bucket that orders them by end, and returns the
// latest end of each user, in Unix seconds. A damaged recording ends the migration with
// its error.
func indexEnds(bolt *bbolt.Tx) (latest map[string]int64, err error) {
	latest = map[string]int64{}
	err = bolt.Bucket(recordingBucket).ForEach(func(key, raw []byte) error {
		r, err := decodeRecording(key, raw)
		if err != nil {
			return err
		}
		latest[r.User] = max(latest[r.User], r.End)
		return bolt.Bucket(endBucket).Put(endKey(r.End, key), nil)
	})
	return latest, err
}

// takeOver writes an anchor of format 1 as it is kept today. recorded is the latest end of the
// user's recordings, 0 for none.
func takeOver(bolt *bbolt.Tx, user string, raw []byte, recorded int64) error {
	var old anchor1
	if err := json.Unmarshal(raw, &old); err != nil {
		return err
	}
	a := old.Anchor
	a.Latest, a.Alive, a.Recorded = a.Session.Number, old.Due-old.TTL, recorded
	t := &tx{own: own{bolt: bolt, user: user}, state: newState()}
	for _, past := range old.Past {
		past.Session = past.Opened // format 1 did not keep the number
		if err := t.PutPast(past.Session, past.Texts); err != nil {
			return err
		}
		a.Past = append(a.Past, past.Span)
	}
	a.Session.User = user
	if err := t.PutAnchor(a); err != nil {
		return err
	}
	return t.flush()
}

// usersOfFiles leads from format 2 to 3: a file id leads to its users.
func usersOfFiles(bolt *bbolt.Tx) error {
	for _, name := range buckets {
		if _, err := bolt.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return bolt.Bucket(fileBucket).ForEach(func(key, _ []byte) error {
		user, fileID, ok := splitFileKey(key)
		if !ok {
			return fmt.Errorf("bucket %s: key %x is %w", fileBucket, key, stream.ErrDamaged)
		}
		return bolt.Bucket(fileUserBucket).Put(fileUserKey(fileID, user), nil)
	})
}
