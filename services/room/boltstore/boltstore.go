// Package boltstore keeps rooms in one bbolt file. Memory has every member too, but
// without nickname and picture. Sizes and the order of a page come from memory, and only
// the texts of its rows from the file.
//
// Store is its type. Its state is swapped after each commit, see boltfile.State: whoever
// reads has the last committed one and waits for no writer. The rule is room.Value; what is
// here is how members are found, ordered, written and forgotten.
package boltstore

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/damage"
	"xiaozhibo.dev/services/room"
)

// Store implements room.Store in one process. Its methods may be called concurrently.
type Store struct {
	file *boltfile.File[*state]
	now  func() time.Time
	aged []byte // where the next sweep of audiences goes on; the sweeper's own
}

var _ room.Store = (*Store)(nil)

// Open opens or creates the file at path. Members whose time is up are gone when it
// returns. A damaged record is left out and logged, and does not keep the rest from being
// served. now is the clock that members expire by. The errors are those of boltfile.Open. The
// store is to be closed.
func Open(path string, config room.Config, now func() time.Time, meter metric.Meter, log *slog.Logger) (*Store, error) {
	reporter := damage.NewReporter(log)
	file, err := boltfile.Open(path, meter, func(tx *bbolt.Tx) (*state, error) {
		return load(tx, config, now(), reporter)
	})
	if err != nil {
		return nil, err
	}
	return &Store{file: file, now: now}, nil
}

// Close finishes the accepted writes and closes the file.
func (s *Store) Close() error { return s.file.Close() }

// Enter implements room.Store. All entries that wait at the same time are one commit.
func (s *Store) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	return change(ctx, s, len(entries), func(tx *bbolt.Tx, st *state, i int) (made struct{}, err error) {
		return made, enter(tx, st, &entries[i], s.now())
	})
}

// change makes one change for each of n items, in one commit. An *apierr.Error, such as
// TooMany, refuses that item alone, which has written nothing then; any other error undoes
// them all.
func change[R any](ctx context.Context, s *Store, n int, one func(tx *bbolt.Tx, st *state, i int) (R, error)) []combine.Result[R] {
	results := make([]combine.Result[R], n)
	err := s.file.Update(ctx, func(tx *bbolt.Tx, st *state) error {
		clear(results) // it may be run again
		for i := range results {
			made, err := one(tx, st, i)
			if refusal := (*apierr.Error)(nil); err != nil && !errors.As(err, &refusal) {
				return err
			}
			if results[i].Err = err; err == nil {
				results[i].Value = made
			}
		}
		return putAudiences(tx, st, s.now())
	})
	if err != nil {
		return combine.Fail[R](n, err) // results may still be written
	}
	return results
}

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

// Quit implements room.Store. It shares its commits with Enter and Hear.
func (s *Store) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	return change(ctx, s, len(exits), func(tx *bbolt.Tx, st *state, i int) (made struct{}, err error) {
		return made, quit(tx, st, &exits[i], s.now())
	})
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

// Sizes implements room.Store, from memory alone: it never fails and waits for no disk.
func (s *Store) Sizes(_ context.Context, rooms []members.Key) []combine.Result[int] {
	now := s.now()
	sizes := make([]combine.Result[int], len(rooms))
	st := s.file.State()
	for i, key := range rooms {
		if m := st.members(key); m != nil {
			sizes[i].Value = m.size(now)
		}
	}
	return sizes
}
