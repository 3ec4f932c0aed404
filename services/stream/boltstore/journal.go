package boltstore

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/plainjson"
	"xiaozhibo.dev/services/stream"
)

// Stories implements stream.Store. A damaged record is a Storage error of that item alone.
func (s *Store) Stories(_ context.Context, keys []streams.StoryKey) []combine.Result[*streams.Story] {
	now := s.now()
	stories := make([]combine.Result[*streams.Story], len(keys))
	err := s.file.View(func(bolt *bbolt.Tx) error {
		for i, key := range keys {
			found, err := getRecord(bolt, key.User)
			if err != nil {
				stories[i].Err = unreadable(err)
				continue
			}
			a := stream.Anchor{Current: found.Current, History: found.History}
			stories[i].Value = stream.TellStory(key, &a, getEnded(bolt, key.User, key.Session), now, s.config)
		}
		return nil
	})
	if err != nil {
		return combine.Fail[*streams.Story](len(keys), err)
	}
	return stories
}

// newest is the number of the latest change, 0 if there was none yet.
func newest(bolt *bbolt.Tx) int64 { return int64(bolt.Bucket(changeBucket).Sequence()) }

// Changes implements stream.Store. Its page is of one moment.
func (s *Store) Changes(_ context.Context, q streams.ChangeQuery) (page streams.ChangePage, err error) {
	err = s.file.View(func(bolt *bbolt.Tx) error {
		cursor := bolt.Bucket(changeBucket).Cursor()
		page = streams.ChangePage{Changes: []streams.Change{}, Newest: newest(bolt)}
		page.Oldest = page.Newest + 1
		if key, _ := cursor.First(); key != nil {
			page.Oldest = int64(binary.BigEndian.Uint64(key))
		}
		for key, raw := cursor.Seek(since(q.After + 1)); key != nil && len(page.Changes) < q.Limit; key, raw = cursor.Next() {
			var change streams.Change
			if json.Unmarshal(raw, &change) != nil {
				continue // it is damaged: its number is missing
			}
			change.Number = int64(binary.BigEndian.Uint64(key))
			page.Changes = append(page.Changes, change)
		}
		return nil
	})
	return page, err
}

// PutChange implements stream.Tx.
func (t *tx) PutChange(change streams.Change) error { return putChange(t.bolt, change, t.now) }

// putChange adds a change under the next number. The first of all is the time: so a log
// that is begun anew does not repeat the numbers of another.
func putChange(bolt *bbolt.Tx, change streams.Change, now time.Time) error {
	bucket := bolt.Bucket(changeBucket)
	if bucket.Sequence() == 0 {
		if err := bucket.SetSequence(uint64(max(0, now.UnixMilli()))); err != nil {
			return err
		}
	}
	number, err := bucket.NextSequence()
	if err != nil {
		return err
	}
	raw, err := plainjson.Encode(change)
	if err != nil {
		return err
	}
	return bucket.Put(since(int64(number)), raw)
}

// unlistedKey leads to the end of the last recording that was told to have left the list,
// as 8 bytes.
var unlistedKey = []byte("unlisted")

// unlisted returns that end in Unix seconds. Before the first one it is the beginning of
// the window, and kept.
func unlisted(bolt *bbolt.Tx, window int64) (int64, error) {
	bucket := bolt.Bucket(journalBucket)
	if raw := bucket.Get(unlistedKey); len(raw) == 8 {
		return min(window, int64(binary.BigEndian.Uint64(raw))), nil
	}
	return window, bucket.Put(unlistedKey, since(window))
}

// tellUnlisted tells that a recording has left the list by time.
func tellUnlisted(bolt *bbolt.Tx, r *recording, now time.Time) error {
	change := streams.Change{
		At: now.UnixMilli(), Kind: streams.RecordingRemoved, User: r.user, FileID: r.fileID, Reason: streams.Expired,
	}
	if err := putChange(bolt, change, now); err != nil {
		return err
	}
	return bolt.Bucket(journalBucket).Put(unlistedKey, since(r.end))
}
