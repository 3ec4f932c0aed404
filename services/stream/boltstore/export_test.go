package boltstore

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"

	"go.etcd.io/bbolt"
)

// PageOfListing puts rows that leave at the times in leaves into a listing, in the
// order of their places, and returns a page: its rows' places.
func PageOfListing(leaves []int64, last int64, offset, limit int) (total int, places []int) {
	type row struct {
		place int
		at    int64
	}
	l := newListing(func(a, b row) int { return cmp.Compare(a.place, b.place) }, func(r row) int64 { return r.at })
	for place, at := range leaves {
		l.put(row{place, at})
	}
	total, rows := l.page(last, offset, limit)
	for _, r := range rows {
		places = append(places, r.place)
	}
	return total, places
}

// History is what only changes read of an anchor.
type History = history

// EncodeHistory and DecodeHistory are how it is kept.
var (
	EncodeHistory = encodeHistory
	DecodeHistory = decodeHistory
)

// EncodeCurrent and DecodeCurrent are how a current session is kept.
var (
	EncodeCurrent = encodeCurrent
	DecodeCurrent = decodeCurrent
)

// JSONHistories writes all histories as formats before 4 had them.
func JSONHistories(bolt *bbolt.Tx) error {
	users, records := keysUnder(bolt.Bucket(anchorBucket), nil, math.MaxInt)
	for i, user := range users {
		h, err := decodeHistory(records[i])
		if err != nil {
			return err
		}
		raw, err := json.Marshal(h)
		if err != nil {
			return err
		}
		if err := bolt.Bucket(anchorBucket).Put(user, raw); err != nil {
			return err
		}
	}
	return nil
}

// ToFormat3 makes a file of format 3 of one of format 4.
func ToFormat3(bolt *bbolt.Tx) error {
	old, err := bolt.CreateBucket(summaryBucket3)
	if err != nil {
		return err
	}
	keys, records := keysUnder(bolt.Bucket(endedBucket), nil, math.MaxInt)
	for i, key := range keys {
		if err := errors.Join(old.Put(key[8:], records[i]), bolt.Bucket(endedBucket).Put(key, nil)); err != nil {
			return err
		}
	}
	return errors.Join(bolt.DeleteBucket(endingBucket), JSONHistories(bolt))
}
