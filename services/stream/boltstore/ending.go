package boltstore

import (
	"encoding/binary"
	"iter"
	"slices"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
)

// ending is a session that has ended, and when, in Unix milliseconds: with its user it is
// the key of its summary.
type ending struct{ session, ended int64 }

// endingOf returns that of a summary. A time before 1970 counts as 1970, as in the key.
func endingOf(s streams.Summary) ending { return ending{session: s.Session, ended: max(0, s.Ended)} }

// endings are those of a user, the newest session first: how many there are, then of each its
// number and for how long it was numbered before it ended. All are varints, and a number is
// the difference to the one before, so most take 8 bytes: what is written for an opening grows
// with them. A new one goes to the front without a look at the others.
type endings []byte

// len is how many there are.
func (l endings) len() int {
	n, _ := binary.Uvarint(l)
	return int(n)
}

// all goes through them, the newest session first.
func (l endings) all() iter.Seq[ending] {
	return func(yield func(ending) bool) {
		_, n := binary.Uvarint(l)
		session := int64(0)
		for rest := l[max(0, n):]; len(rest) > 0; {
			difference, n := binary.Varint(rest)
			length, m := binary.Varint(rest[max(0, n):])
			if n <= 0 || m <= 0 {
				return
			}
			rest, session = rest[n+m:], session-difference
			if !yield(ending{session: session, ended: session + length}) {
				return
			}
		}
	}
}

// encodeEndings makes a list of what is in the order of all.
func encodeEndings(all []ending) endings {
	if len(all) == 0 {
		return nil
	}
	l, session := binary.AppendUvarint(make(endings, 0, endingSize*len(all)), uint64(len(all))), int64(0)
	for _, one := range all {
		l = appendEnding(l, session, one)
		session = one.session
	}
	return l
}

// endingSize is the length of most endings, in bytes.
const endingSize = 12

// appendEnding adds one behind that of a session.
func appendEnding(l endings, session int64, one ending) endings {
	return binary.AppendVarint(binary.AppendVarint(l, session-one.session), one.ended-one.session)
}

// find returns the ending of a session.
func (l endings) find(session int64) (found ending, is bool) {
	for one := range l.all() {
		switch {
		case one.session == session:
			return one, true
		case one.session < session:
			return ending{}, false
		}
	}
	return ending{}, false
}

// with returns the list with an ending, which replaces that of its session.
func (l endings) with(one ending) endings {
	newest, some := l.newest()
	if !some || one.session > newest.session {
		return l.before(one, newest)
	}
	all := slices.Collect(l.all())
	at := slices.IndexFunc(all, func(other ending) bool { return other.session <= one.session })
	switch {
	case at < 0:
		all = append(all, one)
	case all[at].session == one.session:
		all[at] = one
	default:
		all = slices.Insert(all, at, one)
	}
	return encodeEndings(all)
}

// newest returns the first.
func (l endings) newest() (ending, bool) {
	for one := range l.all() {
		return one, true
	}
	return ending{}, false
}

// before returns the list with another one in front of what has been its first.
func (l endings) before(one, first ending) endings {
	count, n := binary.Uvarint(l)
	longer := binary.AppendUvarint(make(endings, 0, len(l)+2*endingSize), count+1)
	longer = appendEnding(longer, 0, one)
	if count == 0 {
		return longer
	}
	_, m := binary.Varint(l[n:]) // the number of the first, which was the difference to nothing
	longer = binary.AppendVarint(longer, one.session-first.session)
	return append(longer, l[n+m:]...)
}

// without returns the list without the ending of a session.
func (l endings) without(session int64) endings {
	return encodeEndings(slices.DeleteFunc(slices.Collect(l.all()), func(one ending) bool { return one.session == session }))
}

// decodeEndings reads a list, which is a part of raw. None is an empty one.
func decodeEndings(raw []byte) (endings, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	return unsealed(raw)
}

// getEndings returns those of a user. Those that cannot be read are none.
func getEndings(bolt *bbolt.Tx, user string) endings {
	value, _ := getValue(bolt, user)
	return value.list()
}
