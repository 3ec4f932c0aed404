package boltstore

import (
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
)

// quit makes one exit, as room.Value decides.
func quit(tx *bbolt.Tx, st *state, exit *members.Exit, now time.Time) error {
	name := exit.Room.Name
	m, ok := st.own(name)
	if !ok || !m.Quits(exit.Room.Session) {
		return nil
	}
	before, trace := m.find(exit.User, now)
	if left := m.Quit(exit, before, trace, m.traces.len(), st.config, now); left != nil {
		raw := tx.Bucket(traceBucket).Get(traceKey(name, m.Session, exit.User))
		if before != nil && !before.Gone(st.config, now) {
			raw = tx.Bucket(memberBucket).Get(memberKey(name, m.Session, before.Place))
		}
		texts := readable(raw)
		if err := leave(tx, name, m, exit.User, *left, encode(*left, []byte(exit.User), texts.nickname, texts.headPic)); err != nil {
			return err
		}
	}
	return dropUser(tx, st, name, m, exit.User, now)
}

// dropUser removes the member of that user, if there is one.
func dropUser(tx *bbolt.Tx, st *state, name string, m *memberSet, user string, now time.Time) error {
	if one, known := m.get(user); known {
		return drop(tx, st, name, m, one, now)
	}
	return nil
}

// drop removes a member. With the last one, and the last trace, it removes the room and its
// session, so that rooms nobody is in cost nothing.
func drop(tx *bbolt.Tx, st *state, name string, m *memberSet, one *member, now time.Time) error {
	m.remove(one)
	if err := forgetEmpty(tx, st, name, m, now); err != nil {
		return err
	}
	return tx.Bucket(memberBucket).Delete(memberKey(name, m.Session, one.Place))
}

// forgetEmpty removes a room that nothing is kept of but how many came. Its fence goes with
// it: where nobody is, an entry of an older session harms nobody.
func forgetEmpty(tx *bbolt.Tx, st *state, name string, m *memberSet, now time.Time) error {
	if !m.empty() {
		return nil
	}
	if err := putAudience(tx, name, m, now); err != nil {
		return err
	}
	st.rooms.Delete(name)
	return deleteSession(tx, name)
}
