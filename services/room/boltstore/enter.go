package boltstore

import (
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/services/room"
)

// enter makes one entry, as room.Value decides.
func enter(tx *bbolt.Tx, st *state, entry *members.Entry, now time.Time) error {
	m, size, err := admit(tx, st, entry.Room, now)
	if m == nil || err != nil {
		return err
	}
	next := m.Next // the place of whoever joins: a member who was there keeps an earlier one
	before, trace := m.find(entry.User, now)
	one, err := m.Enter(entry, before, trace, size, st.config, now)
	if err != nil {
		return err
	}
	if one.Place == next {
		m.count(size + 1)
	}
	return keep(tx, entry.Room.Name, m, entry.User, one, before, encode(one, entry.User, entry.Nickname, entry.HeadPic))
}

// admit returns the room that a word under key is about, to be changed, and its size. The
// room is nil where the word is late; it may have begun anew.
func admit(tx *bbolt.Tx, st *state, key members.Key, now time.Time) (m *memberSet, size int, err error) {
	m, ok := st.own(key.Name)
	if ok {
		size = m.size(now)
		switch m.Admit(key.Session, size, now) {
		case room.Admits:
			return m, size, nil
		case room.Late:
			return nil, 0, nil
		}
	}
	if err := collectAll(tx, st, key); err != nil {
		return nil, 0, err
	}
	// What is counted of the session that ends here is written now: after begin the state has
	// forgotten it.
	if ok {
		if err := putAudience(tx, key.Name, m, now); err != nil {
			return nil, 0, err
		}
	}
	m = st.begin(key.Name, key.Session)
	if m.came, err = beginAudience(tx, key, now); err != nil {
		return nil, 0, err
	}
	return m, 0, putSession(tx, key)
}

// keep keeps a member, whose record is raw, in place of the one before, and removes its trace.
// The key of a member has its place, so the record of a member that got a new one is another
// record: the one before is deleted.
func keep(tx *bbolt.Tx, name string, m *memberSet, user string, one room.Member, before *room.Member, raw []byte) error {
	m.put(&member{user, one})
	if err := fade(tx, name, m, user); err != nil {
		return err
	}
	members := tx.Bucket(memberBucket)
	if before != nil && before.Place != one.Place {
		if err := members.Delete(memberKey(name, m.Session, before.Place)); err != nil {
			return err
		}
	}
	return members.Put(memberKey(name, m.Session, one.Place), raw)
}
