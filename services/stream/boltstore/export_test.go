package boltstore

import (
	"cmp"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream"
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
func EncodeHistory(h *History) []byte { return appendHistory(nil, h) }

var DecodeHistory = decodeHistory

// EncodeCurrent and DecodeCurrent are how a current session is kept.
func EncodeCurrent(c *stream.Current) []byte { return appendCurrent(nil, c) }

var DecodeCurrent = decodeCurrent

// Value is what stands under a user whose parts are these.
func Value(session, history, endings string) string {
	return string(userValue{session: []byte(session), history: []byte(history), endings: []byte(endings)}.encode())
}

// Endings is a list of sessions that ended, the newest first, with the end of each.
func Endings(sessionsAndEnds ...int64) string {
	var all []ending
	for pair := range slices.Chunk(sessionsAndEnds, 2) {
		all = append(all, ending{pair[0], pair[1]})
	}
	return string(appendSealed(nil, encodeEndings(all)))
}

// EncodeEnded and DecodeEnded are how a session that has ended is kept, the latter with the key.
var (
	EncodeEnded = encodeEnded
	DecodeEnded = decodeEnded
)

// EndedKey is the key of a session that has ended.
func EndedKey(user string, session, ended int64) []byte {
	return endedKey(user, ending{session: session, ended: ended})
}

// ToFormat4 makes a file of format 4 of one of format 5.
func ToFormat4(bolt *bbolt.Tx) error {
	var err error
	old := map[string]*bbolt.Bucket{}
	for _, name := range [][]byte{roomBucket4, anchorBucket4, endingBucket4} {
		bucket, failed := bolt.CreateBucket(name)
		old[string(name)], err = bucket, errors.Join(err, failed)
	}
	if err != nil {
		return err
	}
	users, values := keysUnder(bolt.Bucket(userBucket), nil, math.MaxInt)
	for i, user := range users {
		value, failed := splitValue(values[i])
		err = errors.Join(err, failed)
		if len(value.session) > 0 {
			err = errors.Join(err, old["rooms"].Put(user, value.session), old["anchors"].Put(user, value.history))
		}
		for at := range value.list().all() {
			err = errors.Join(err, old["endings"].Put(pastKey(string(user), at.session), since(at.ended)))
		}
	}
	keys, records := keysUnder(bolt.Bucket(endedBucket), nil, math.MaxInt)
	for i, key := range keys {
		ended, failed := decodeEnded(key, records[i])
		raw, unencoded := json.Marshal(ended)
		err = errors.Join(err, failed, unencoded, bolt.Bucket(endedBucket).Put(key, raw))
	}
	return errors.Join(err, bolt.DeleteBucket(userBucket))
}

// JSONHistories writes all histories of a file of format 4 as those before had them.
func JSONHistories(bolt *bbolt.Tx) error {
	users, records := keysUnder(bolt.Bucket(anchorBucket4), nil, math.MaxInt)
	for i, user := range users {
		h, err := decodeHistory(records[i])
		if err != nil {
			return err
		}
		raw, err := json.Marshal(h)
		if err != nil {
			return err
		}
		if err := bolt.Bucket(anchorBucket4).Put(user, raw); err != nil {
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
	return errors.Join(bolt.DeleteBucket(endingBucket4), JSONHistories(bolt))
}

// EndingList is the list of endings of a user.
type EndingList = endings

// With, Without, Find, All and Len are what a store does with it.
func (l endings) With(session, ended int64) EndingList { return l.with(ending{session, ended}) }

func (l endings) Without(session int64) EndingList { return l.without(session) }

func (l endings) Find(session int64) (ended int64, found bool) {
	one, found := l.find(session)
	return one.ended, found
}

func (l endings) All() iter.Seq2[int64, int64] {
	return func(yield func(session, ended int64) bool) {
		for one := range l.all() {
			if !yield(one.session, one.ended) {
				return
			}
		}
	}
}

func (l endings) Len() int { return l.len() }
