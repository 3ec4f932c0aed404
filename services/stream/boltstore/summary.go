package boltstore

import (
	"bytes"
	"context"
	"slices"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// Summaries stand in the order of ends, so those of a batch are written side by side,
// whoever's they are. Those of a user are found by its endings.

// denseFill is how full a page of summaries is left when it is divided: new ones come at
// the front, and hardly ever between.
const denseFill = 0.9

// getEnded returns a session that has ended, nil if none is kept or it cannot be read.
func getEnded(bolt *bbolt.Tx, user string, session int64) *stream.Ended {
	at, found := getEndings(bolt, user).find(session)
	if !found {
		return nil
	}
	key := endedKey(user, at)
	ended, err := decodeEnded(key, bolt.Bucket(endedBucket).Get(key))
	if err != nil {
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
			found = summariesOf(bolt, q.User)
		} else {
			found = latestEnded(bolt, q)
		}
		page = stream.PageOf(found, q)
		return nil
	})
	return page, err
}

// summariesOf returns those of a user.
func summariesOf(bolt *bbolt.Tx, user string) (found []streams.Summary) {
	for at := range getEndings(bolt, user).all() {
		key := endedKey(user, at)
		found = appendSummary(found, key, bolt.Bucket(endedBucket).Get(key))
	}
	return found
}

// appendSummary adds what can be read. A summary that cannot is nobody's error: operators ask
// for many at once.
func appendSummary(found []streams.Summary, key, raw []byte) []streams.Summary {
	ended, err := decodeEnded(key, raw)
	if err != nil {
		return found
	}
	return append(found, ended.Summary)
}

// latestEnded returns so many summaries of all users that a page can be cut out of them. One
// that is not where its session has ended by the last word is left out: a restore leaves it
// if the backup has the session twice, and the sweep deletes it in time.
func latestEnded(bolt *bbolt.Tx, q streams.SummaryQuery) (found []streams.Summary) {
	var first []byte
	if q.To != 0 {
		first = endedPrefix(q.To - 1)
	}
	if q.After != (streams.SummaryPlace{}) {
		after := append(endedKey(q.After.User, ending{session: q.After.Session, ended: q.After.Ended}), 0) // behind it
		if bytes.Compare(after, first) > 0 {
			first = after
		}
	}
	cursor := bolt.Bucket(endedBucket).Cursor()
	for key, raw := cursor.Seek(first); key != nil && len(found) <= q.Limit; key, raw = cursor.Next() {
		user, at, ok := splitEnded(key)
		if !ok {
			continue
		}
		if at.ended < q.From {
			break
		}
		if last, known := getEndings(bolt, user).find(at.session); known && last == at {
			found = appendSummary(found, key, raw)
		}
	}
	return found
}

// Summary implements stream.Tx.
func (t *tx) Summary(session int64) (*stream.Ended, error) {
	return getEnded(t.bolt, t.user, session), nil
}

// PutSummary implements stream.Tx. Of a user the oldest makes room.
func (t *tx) PutSummary(ended stream.Ended) error {
	bucket, at := t.bolt.Bucket(endedBucket), endingOf(ended.Summary)
	bucket.FillPercent = denseFill // of this transaction: bbolt does not keep it
	if err := bucket.Put(endedKey(t.user, at), encodeEnded(&ended)); err != nil {
		return err
	}
	all := t.endings()
	if before, found := all.find(at.session); found && before != at {
		if err := bucket.Delete(endedKey(t.user, before)); err != nil {
			return err
		}
	}
	t.putEndings(all.with(at))
	return t.dropExcess()
}

// dropExcess drops the oldest sessions of a user that has more than MaxSummaries.
func (t *tx) dropExcess() error {
	if t.endings().len() <= streams.MaxSummaries {
		return nil
	}
	all := slices.Collect(t.endings().all())
	for _, oldest := range all[streams.MaxSummaries:] {
		if err := t.bolt.Bucket(endedBucket).Delete(endedKey(t.user, oldest)); err != nil {
			return err
		}
	}
	t.putEndings(encodeEndings(all[:streams.MaxSummaries]))
	return nil
}

// DropSummary implements stream.Tx.
func (t *tx) DropSummary(session int64) error {
	at, found := t.endings().find(session)
	if !found {
		return nil
	}
	t.putEndings(t.endings().without(session))
	return t.bolt.Bucket(endedBucket).Delete(endedKey(t.user, at))
}

// dropEnded deletes a summary, and its ending unless that leads to another one by now.
func dropEnded(bolt *bbolt.Tx, key []byte) error {
	if user, at, ok := splitEnded(key); ok {
		one := own{bolt: bolt, user: user}
		if last, known := one.endings().find(at.session); known && last == at {
			one.putEndings(one.endings().without(at.session))
			if err := one.flush(); err != nil {
				return err
			}
		}
	}
	return bolt.Bucket(endedBucket).Delete(key)
}
