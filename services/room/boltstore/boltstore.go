// Package boltstore keeps rooms in one bbolt file. Memory has every member too, but
// without nickname and picture. Sizes and the order of a page come from memory, and only
// the texts of its rows from the file.
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
	"xiaozhibo.dev/services/room"
)

// Store implements room.Store in one process. Its methods may be called concurrently.
type Store struct {
	file *boltfile.File[*state]
	now  func() time.Time
}

var _ room.Store = (*Store)(nil)

// Open opens or creates the file at path. Members whose time is up are gone when it
// returns. A damaged record is left out and logged, and does not keep the rest from being
// served. now is the clock that members expire by.
func Open(path string, config room.Config, now func() time.Time, meter metric.Meter, log *slog.Logger) (*Store, error) {
	file, err := boltfile.Open(path, meter, func(tx *bbolt.Tx) (*state, error) {
		return load(tx, config, now(), log)
	})
	if err != nil {
		return nil, err
	}
	return &Store{file: file, now: now}, nil
}

// Close finishes the accepted writes and closes the file.
func (s *Store) Close() error { return s.file.Close() }

// Enter implements room.Store.
func (s *Store) Enter(ctx context.Context, entries []members.Entry) []combine.Result[struct{}] {
	return s.change(ctx, len(entries), func(tx *bbolt.Tx, st *state, i int) error {
		return enter(tx, st, &entries[i], s.now())
	})
}

// change makes one change for each of n items, in one commit. An *apierr.Error, such as
// TooMany, refuses that item alone, which has written nothing then; any other error undoes
// them all.
func (s *Store) change(ctx context.Context, n int, one func(tx *bbolt.Tx, st *state, i int) error) []combine.Result[struct{}] {
	results := make([]combine.Result[struct{}], n)
	err := s.file.Update(ctx, func(tx *bbolt.Tx, st *state) error {
		clear(results) // it may be run again
		for i := range results {
			err := one(tx, st, i)
			if refusal := (*apierr.Error)(nil); err != nil && !errors.As(err, &refusal) {
				return err
			}
			results[i].Err = err
		}
		return nil
	})
	if err != nil {
		return combine.Fail[struct{}](n, err) // results may still be written
	}
	return results
}

// enter makes one entry, as room.Value decides.
func enter(tx *bbolt.Tx, st *state, entry *members.Entry, now time.Time) error {
	m, ok := st.own(entry.Room.Name)
	size, admission := 0, room.Anew
	if ok {
		size = m.size(now)
		admission = m.Admit(entry.Room.Session, size, now)
	}
	switch admission {
	case room.Late:
		return nil
	case room.Anew:
		if err := collectAll(tx, st, entry.Room); err != nil {
			return err
		}
		m, size = st.begin(entry.Room.Name, entry.Room.Session), 0
		if err := putSession(tx, entry.Room); err != nil {
			return err
		}
	}
	var before *room.Member
	had, known := m.get(entry.User)
	if known {
		before = &had.Member
	}
	one, err := m.Enter(entry, before, size, st.config, now)
	if err != nil {
		return err
	}
	m.put(&member{entry.User, one})
	members := tx.Bucket(memberBucket)
	if known && had.Place != one.Place {
		if err := members.Delete(memberKey(entry.Room.Name, m.Session, had.Place)); err != nil {
			return err
		}
	}
	raw := encode(one.Seen, one.Level, entry.User, entry.Nickname, entry.HeadPic)
	return members.Put(memberKey(entry.Room.Name, m.Session, one.Place), raw)
}

// Quit implements room.Store.
func (s *Store) Quit(ctx context.Context, exits []members.Exit) []combine.Result[struct{}] {
	return s.change(ctx, len(exits), func(tx *bbolt.Tx, st *state, i int) error {
		m, ok := st.own(exits[i].Room.Name)
		if !ok || !m.Quits(exits[i].Room.Session) {
			return nil
		}
		if one, ok := m.get(exits[i].User); ok {
			return drop(tx, st, exits[i].Room.Name, m, one)
		}
		return nil
	})
}

// drop removes a member. With the last one it removes the room and its session, so that
// rooms nobody is in cost nothing.
func drop(tx *bbolt.Tx, st *state, name string, m *memberSet, one *member) error {
	m.remove(one)
	if m.byUser.Len() == 0 {
		st.rooms.Delete(name)
		if err := deleteSession(tx, name); err != nil {
			return err
		}
	}
	return tx.Bucket(memberBucket).Delete(memberKey(name, m.Session, one.Place))
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
