package boltstore

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/stream"
)

// Migrations bring a file of an earlier format to today's, one format each, in order. A step
// describes files that are there: it changes only if it is wrong. folder.Prepare runs what a
// file needs before a process opens it.
var Migrations = []folder.Migration{roomsApart, usersOfFiles, summariesByEnd}

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

// roomsApart leads from format 1 to 2: sessions and the texts of earlier sessions go into
// buckets of their own, and what waits for a time is found by it.
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
	var users, records [][]byte // first: a bucket must not change while it is read
	err = bolt.Bucket(anchorBucket).ForEach(func(user, raw []byte) error {
		users, records = append(users, bytes.Clone(user)), append(records, bytes.Clone(raw))
		return nil
	})
	if err != nil {
		return err
	}
	for i, user := range users {
		if err := bolt.Bucket(anchorBucket).Delete(user); err != nil {
			return err
		}
		if err := takeOver(bolt, string(user), records[i], latest[string(user)]); err != nil {
			return fmt.Errorf("anchor %q: %w", user, err)
		}
	}
	return nil
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

// takeOver writes an anchor of format 1 in format 2. recorded is the latest end of the
// user's recordings, 0 for none.
func takeOver(bolt *bbolt.Tx, user string, raw []byte, recorded int64) error {
	var old anchor1
	if err := json.Unmarshal(raw, &old); err != nil {
		return err
	}
	a := old.Anchor
	a.Latest, a.Alive, a.Recorded = a.Session.Number, old.Due-old.TTL, recorded
	t := &tx{bolt: bolt, state: newState(), user: user}
	for _, past := range old.Past {
		past.Session = past.Opened // format 1 did not keep the number
		if err := t.PutPast(past.Session, past.Texts); err != nil {
			return err
		}
		a.Past = append(a.Past, past.Span)
	}
	a.Session.User = user
	return t.PutAnchor(a)
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
