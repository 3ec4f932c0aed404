package boltstore

import (
	"bytes"
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

// getEnded returns a session that has ended, nil if none is kept or it cannot be read.
func getEnded(bolt *bbolt.Tx, user string, session int64) *stream.Ended {
	raw := bolt.Bucket(summaryBucket).Get(pastKey(user, session))
	var ended stream.Ended
	if raw == nil || json.Unmarshal(raw, &ended) != nil {
		return nil
	}
	return &ended
}

// Summaries implements stream.Store. One that cannot be read is left out.
func (s *Store) Summaries(_ context.Context, q streams.SummaryQuery) (page streams.SummaryPage, err error) {
	q.From = max(q.From, s.config.Outlived(s.now())+1)
	err = s.file.View(func(bolt *bbolt.Tx) error {
		var found []streams.Summary
		if q.User != "" {
			_, values := keysUnder(bolt.Bucket(summaryBucket), userPrefix(q.User), streams.MaxSummaries)
			for _, raw := range values {
				found = appendSummary(found, raw)
			}
		} else {
			found = latestEnded(bolt, q)
		}
		page = stream.PageOf(found, q)
		return nil
	})
	return page, err
}

func appendSummary(found []streams.Summary, raw []byte) []streams.Summary {
	var s streams.Summary
	if json.Unmarshal(raw, &s) != nil || s.User == "" {
		return found
	}
	return append(found, s)
}

// latestEnded returns so many summaries of all users that a page can be cut out of them.
func latestEnded(bolt *bbolt.Tx, q streams.SummaryQuery) (found []streams.Summary) {
	var first []byte
	if q.To != 0 {
		first = endedKey(q.To-1, nil)
	}
	if q.After != (streams.SummaryPlace{}) {
		after := append(endedKey(q.After.Ended, pastKey(q.After.User, q.After.Session)), 0) // behind it
		if bytes.Compare(after, first) > 0 {
			first = after
		}
	}
	cursor := bolt.Bucket(endedBucket).Cursor()
	for key, _ := cursor.Seek(first); key != nil && len(found) <= q.Limit; key, _ = cursor.Next() {
		ended, name, ok := splitEnded(key)
		if !ok {
			continue
		}
		if ended < q.From {
			break
		}
		found = appendSummary(found, bolt.Bucket(summaryBucket).Get(name))
	}
	return found
}

// Summary implements stream.Tx.
func (t *tx) Summary(session int64) (*stream.Ended, error) {
	return getEnded(t.bolt, t.user, session), nil
}

// PutSummary implements stream.Tx. Of a user the oldest makes room.
func (t *tx) PutSummary(ended stream.Ended) error {
	if err := t.DropSummary(ended.Session); err != nil {
		return err
	}
	key := pastKey(t.user, ended.Session)
	if err := t.bolt.Bucket(endedBucket).Put(endedKey(ended.Ended, key), nil); err != nil {
		return err
	}
	if err := t.put(summaryBucket, key, ended); err != nil {
		return err
	}
	oldest := tooMany(t.bolt.Bucket(summaryBucket), userPrefix(t.user), streams.MaxSummaries)
	if oldest == nil {
		return nil
	}
	return dropSummary(t.bolt, oldest)
}

// tooMany returns a copy of the first key under a prefix if there are more than limit, else
// nil. It reads no values: each opening pays for it.
func tooMany(bucket *bbolt.Bucket, prefix []byte, limit int) []byte {
	cursor, n := bucket.Cursor(), 0
	first, _ := cursor.Seek(prefix)
	for key := first; bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
		if n++; n > limit {
			return bytes.Clone(first)
		}
	}
	return nil
}

// DropSummary implements stream.Tx.
func (t *tx) DropSummary(session int64) error { return dropSummary(t.bolt, pastKey(t.user, session)) }

func dropSummary(bolt *bbolt.Tx, key []byte) error {
	raw := bolt.Bucket(summaryBucket).Get(key)
	if raw == nil {
		return nil
	}
	var s streams.Summary
	if json.Unmarshal(raw, &s) == nil { // a damaged one has lost its end; the sweep finds that
		if err := bolt.Bucket(endedBucket).Delete(endedKey(s.Ended, key)); err != nil {
			return err
		}
	}
	return bolt.Bucket(summaryBucket).Delete(key)
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
