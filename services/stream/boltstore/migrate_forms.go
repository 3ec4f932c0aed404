package boltstore

import (
	"bytes"
	"encoding/json"
	"math"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
)

// summaryBucket3 held summaries in format 3, under user and session; the bucket of ends led
// to them and had no values.
var summaryBucket3 = []byte("summaries")

// summariesByEnd leads from format 3 to 4: summaries stand in the order of ends, and
// histories have a form of their own. What cannot be read stays as it is: it is as damaged
// in the one form as in the other.
func summariesByEnd(bolt *bbolt.Tx) error {
	for _, name := range buckets {
		if _, err := bolt.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	if err := moveSummaries(bolt); err != nil {
		return err
	}
	return rewriteHistories(bolt)
}

// moveSummaries puts each summary where its end is, and keeps its ending.
func moveSummaries(bolt *bbolt.Tx) error {
	old := bolt.Bucket(summaryBucket3)
	if old == nil {
		return nil // as in a file that was of format 1
	}
	keys, _ := keysUnder(bolt.Bucket(endedBucket), nil, math.MaxInt)
	for _, key := range keys {
		if err := moveSummary(bolt, old, key); err != nil {
			return err
		}
	}
	return bolt.DeleteBucket(summaryBucket3)
}

// moveSummary puts one under the key that led to it. A key that leads to none, or to one
// that has ended at another time, is deleted.
func moveSummary(bolt *bbolt.Tx, old *bbolt.Bucket, key []byte) error {
	user, at, ok := splitEnded(key)
	if !ok {
		return bolt.Bucket(endedBucket).Delete(key)
	}
	raw := bytes.Clone(old.Get(pastKey(user, at.session)))
	var s streams.Summary
	if raw == nil || json.Unmarshal(raw, &s) == nil && endingOf(s) != at {
		return bolt.Bucket(endedBucket).Delete(key)
	}
	if err := bolt.Bucket(endedBucket).Put(key, raw); err != nil {
		return err
	}
	one := own{bolt: bolt, user: user} // where today's format has it
	one.putEndings(one.endings().with(at))
	return one.flush()
}

// rewriteHistories writes each history in its own form.
func rewriteHistories(bolt *bbolt.Tx) error {
	bucket := bolt.Bucket(anchorBucket4)
	if bucket == nil {
		return nil
	}
	users, records := keysUnder(bucket, nil, math.MaxInt)
	for i, user := range users {
		var h history
		if json.Unmarshal(records[i], &h) != nil {
			continue
		}
		if err := bucket.Put(user, appendHistory(nil, &h)); err != nil {
			return err
		}
	}
	return nil
}
