package boltstore

import (
	"bytes"
	"context"
	"encoding/json"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/plainjson"
	"xiaozhibo.dev/services/stream"
)

// Summaries stand in the order of ends, so those of a batch are written side by side,
// whoever's they are. A user's are found by a short list of its own.

// denseFill is how full a page of summaries is left when it is divided: new ones come at
// the front, and hardly ever between.
const denseFill = 0.9

// getEnded returns a session that has ended, nil if none is kept or it cannot be read.
func getEnded(bolt *bbolt.Tx, user string, session int64) *stream.Ended {
	all, err := getEndings(bolt, user)
	at, found := all.of(session)
	if err != nil || !found {
		return nil
	}
	var ended stream.Ended
	if json.Unmarshal(bolt.Bucket(endedBucket).Get(endedKey(user, all[at])), &ended) != nil {
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
			all, err := getEndings(bolt, q.User)
			if err != nil {
				return unreadable(err)
			}
			for _, at := range all {
				found = appendSummary(found, bolt.Bucket(endedBucket).Get(endedKey(q.User, at)))
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
		first = endedPrefix(q.To - 1)
	}
	if q.After != (streams.SummaryPlace{}) {
		after := append(endedKey(q.After.User, ending{q.After.Session, q.After.Ended}), 0) // behind it
		if bytes.Compare(after, first) > 0 {
			first = after
		}
	}
	cursor := bolt.Bucket(endedBucket).Cursor()
	for key, raw := cursor.Seek(first); key != nil && len(found) <= q.Limit; key, raw = cursor.Next() {
		_, at, ok := splitEnded(key)
		if !ok {
			continue
		}
		if at.ended < q.From {
			break
		}
		found = appendSummary(found, raw)
	}
	return found
}

// Summary implements stream.Tx.
func (t *tx) Summary(session int64) (*stream.Ended, error) {
	return getEnded(t.bolt, t.user, session), nil
}

// PutSummary implements stream.Tx. Of a user the oldest makes room. Over a list that is
// damaged it begins another; what the old one led to goes when its time is over.
func (t *tx) PutSummary(ended stream.Ended) error {
	raw, err := plainjson.Encode(ended)
	if err != nil {
		return err
	}
	bucket := t.bolt.Bucket(endedBucket)
	bucket.FillPercent = denseFill
	all, _ := getEndings(t.bolt, t.user)
	at := endingOf(ended.Summary)
	if err := bucket.Put(endedKey(t.user, at), raw); err != nil {
		return err
	}
	all, gone := all.with(at)
	for _, old := range gone {
		if err := bucket.Delete(endedKey(t.user, old)); err != nil {
			return err
		}
	}
	return putEndings(t.bolt, t.user, all)
}

// DropSummary implements stream.Tx.
func (t *tx) DropSummary(session int64) error {
	all, _ := getEndings(t.bolt, t.user)
	at, found := all.of(session)
	if !found {
		return nil
	}
	return dropEnded(t.bolt, endedKey(t.user, all[at]))
}

// dropEnded deletes a summary, and takes it out of the list of its user.
func dropEnded(bolt *bbolt.Tx, key []byte) error {
	if user, at, ok := splitEnded(key); ok {
		all, _ := getEndings(bolt, user)
		if err := putEndings(bolt, user, all.without(at)); err != nil {
			return err
		}
	}
	return bolt.Bucket(endedBucket).Delete(key)
}
