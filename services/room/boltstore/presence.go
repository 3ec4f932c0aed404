package boltstore

import (
	"context"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/room"
)

// Hear implements room.Store. The verdicts of a batch are copied where it was committed: after
// an error the change may still be writing to them.
func (s *Store) Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	return change(ctx, s, len(presences), func(tx *bbolt.Tx, st *state, i int) (members.Verdict, error) {
		return hear(tx, st, &presences[i], s.now())
	})
}

// hear applies one presence, as room.Value decides.
func hear(tx *bbolt.Tx, st *state, p *members.Presence, now time.Time) (members.Verdict, error) {
	m, size, err := admit(tx, st, p.Room, now)
	if m == nil || err != nil {
		return members.Late, err
	}
	before, trace := m.find(p.User, now)
	one, hearing, err := m.Hear(p, before, trace, size, m.traces.len(), st.config, now)
	if err != nil {
		return members.Late, err
	}
	in := before != nil && !before.Gone(st.config, now)
	// A presence has no nickname and no picture: those that are known stay.
	texts := record{}
	switch {
	case in:
		texts = readable(tx.Bucket(memberBucket).Get(memberKey(p.Room.Name, m.Session, before.Place)))
	case trace != nil:
		texts = readable(tx.Bucket(traceBucket).Get(traceKey(p.Room.Name, m.Session, p.User)))
	}
	raw := encode(one, []byte(p.User), texts.nickname, texts.headPic)
	switch hearing {
	case room.Joins, room.Stays:
		if hearing == room.Joins {
			m.count(size + 1)
		}
		err = keep(tx, p.Room.Name, m, p.User, one, before, raw)
	case room.IsNoted:
		if in {
			err = keep(tx, p.Room.Name, m, p.User, one, before, raw)
		} else {
			err = leave(tx, p.Room.Name, m, p.User, one, raw)
		}
	case room.Leaves:
		if err = leave(tx, p.Room.Name, m, p.User, one, raw); err == nil {
			err = dropUser(tx, st, p.Room.Name, m, p.User, now)
		}
	case room.Vanishes:
		err = dropUser(tx, st, p.Room.Name, m, p.User, now)
	}
	return hearing.Verdict(), err
}

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
