package boltstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidwall/btree"
	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/damage"
	"xiaozhibo.dev/services/room"
)

// traceBucket holds traceKey → record, of those who have left and are remembered.
var traceBucket = []byte("traces")

// traceKey returns the key of a trace: its session's prefix, then the user.
func traceKey(name string, session int64, user string) []byte {
	return append(keyPrefix(name, session), user...)
}

// traces are those of one room. The trees are nil while there has been none: most rooms
// have none.
type traces struct{ byUser, byTime *btree.BTreeG[*member] }

// copied returns traces that may be changed while others read t.
func (t traces) copied() traces {
	if t.byUser == nil {
		return t
	}
	return traces{byUser: t.byUser.Copy(), byTime: t.byTime.Copy()}
}

// len counts those that have faded too, as long as they are not swept.
func (t traces) len() int {
	if t.byUser == nil {
		return 0
	}
	return t.byUser.Len()
}

// get returns the trace of a user, a faded one too.
func (t traces) get(user string) (*member, bool) {
	if t.byUser == nil {
		return nil, false
	}
	return t.byUser.Get(&member{user: user})
}

// put adds a trace, or replaces the user's, and makes the trees with the first.
func (t *traces) put(one *member) {
	if t.byUser == nil {
		t.byUser = newTree(func(a, b *member) bool { return a.user < b.user })
		t.byTime = newTree(func(a, b *member) bool {
			return cmp.Or(cmp.Compare(a.Seen, b.Seen), cmp.Compare(a.user, b.user)) < 0
		})
	}
	if before, known := t.byUser.Set(one); known {
		t.byTime.Delete(before)
	}
	t.byTime.Set(one)
}

// remove takes out a trace that get or firstFaded has returned.
func (t traces) remove(one *member) {
	t.byUser.Delete(one)
	t.byTime.Delete(one)
}

// firstFaded returns a trace whose time is over: the oldest, or one from ahead of the clock.
func (t traces) firstFaded(now time.Time) (*member, bool) {
	if t.len() == 0 {
		return nil, false
	}
	if first, _ := t.byTime.Min(); first.Faded(now) {
		return first, true
	}
	last, _ := t.byTime.Max()
	return last, last.Faded(now)
}

// leave keeps a trace, whose record is raw, instead of whatever trace there was.
func leave(tx *bbolt.Tx, name string, m *memberSet, user string, trace room.Member, raw []byte) error {
	m.traces.put(&member{user, trace})
	return tx.Bucket(traceBucket).Put(traceKey(name, m.Session, user), raw)
}

// fade removes a trace of the user, if there is one.
func fade(tx *bbolt.Tx, name string, m *memberSet, user string) error {
	one, known := m.traces.get(user)
	if !known {
		return nil
	}
	m.traces.remove(one)
	return tx.Bucket(traceBucket).Delete(traceKey(name, m.Session, user))
}

// loadTraces reads those that have not faded, and deletes the others.
func loadTraces(tx *bbolt.Tx, st *state, now time.Time, reporter *damage.Reporter) error {
	var dead [][]byte
	bucket := tx.Bucket(traceBucket)
	err := bucket.ForEach(func(key, raw []byte) error {
		name, session, user, ok := splitTrace(key)
		found, err := decode(raw)
		if !ok || err != nil {
			reporter.LeftOut(context.Background(), fmt.Sprintf("trace under the key %x", key), errors.New("it is not remembered who has left"))
			return nil //nolint:nilerr // it is reported
		}
		m, ok := st.rooms.Get(name)
		if !ok || m.Session != session || found.Faded(now) {
			dead = append(dead, key)
			return nil
		}
		m.traces.put(&member{user, found.Member})
		return nil
	})
	if err != nil {
		return err
	}
	return deleteKeys(bucket, dead)
}

// splitTrace is the reverse of traceKey. ok is false for any other key.
func splitTrace(key []byte) (name string, session int64, user string, ok bool) {
	prefix, rest, ok := splitPrefix(key)
	if !ok || len(rest) == 0 {
		return "", 0, "", false
	}
	name, session = splitName(prefix)
	return name, session, string(rest), true
}
