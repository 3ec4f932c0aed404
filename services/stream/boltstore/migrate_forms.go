package boltstore

import (
	"bytes"
	"encoding/json"
	"math"

	"go.etcd.io/bbolt"
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

// moveSummaries puts each summary where its end is, and lists it for its user.
func moveSummaries(bolt *bbolt.Tx) error {
	old := bolt.Bucket(summaryBucket3)
	if old == nil {
		return nil // as in a file that was of format 1
	}
	keys, _ := keysUnder(bolt.Bucket(endedBucket), nil, math.MaxInt)
	of := map[string]endings{}
	for _, key := range keys {
		user, at, ok := splitEnded(key)
		raw := old.Get(key[min(len(key), len(endedPrefix(0))):])
		if !ok || raw == nil {
			if err := bolt.Bucket(endedBucket).Delete(key); err != nil {
				return err
			}
			continue
		}
		if err := bolt.Bucket(endedBucket).Put(key, bytes.Clone(raw)); err != nil {
			return err
		}
		kept, gone := of[user].with(at)
		of[user] = kept
		for _, at := range gone {
			if err := bolt.Bucket(endedBucket).Delete(endedKey(user, at)); err != nil {
				return err
			}
		}
	}
	for user, all := range of {
		if err := putEndings(bolt, user, all); err != nil {
			return err
		}
	}
	return bolt.DeleteBucket(summaryBucket3)
}

// rewriteHistories writes each history in its own form. Those that an earlier migration has
// written have it already.
func rewriteHistories(bolt *bbolt.Tx) error {
	bucket := bolt.Bucket(anchorBucket)
	users, records := keysUnder(bucket, nil, math.MaxInt)
	for i, user := range users {
		var h history
		if json.Unmarshal(records[i], &h) != nil {
			continue
		}
		if err := bucket.Put(user, encodeHistory(&h)); err != nil {
			return err
		}
	}
	return nil
}
