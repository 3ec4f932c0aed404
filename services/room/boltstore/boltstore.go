// Package boltstore keeps rooms in one bbolt file, with every member in memory
// too.
package boltstore

import (
	"context"
	"time"

	"go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric"

	api "xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/services/room"
)

// Store implements room.Store.
type Store struct {
	file *boltfile.File[*state]
	now  func() time.Time
}

var _ room.Store = (*Store)(nil)

// Open opens or creates the file at path. Members who are due have left.
func Open(path string, config room.Config, now func() time.Time, meter metric.Meter) (*Store, error) {
	file, err := boltfile.Open(path, meter, func(tx *bbolt.Tx) (*state, error) {
		return load(tx, config, now())
	})
	if err != nil {
		return nil, err
	}
	return &Store{file: file, now: now}, nil
}

// Close finishes the accepted writes and closes the file.
func (s *Store) Close() error { return s.file.Close() }

// Enter implements room.Store.
func (s *Store) Enter(ctx context.Context, entries []api.Entry) []combine.Result[struct{}] {
	err := s.file.Update(ctx, func(tx *bbolt.Tx, st *state) error {
		now := s.now()
		for i := range entries {
			if err := enter(tx, st, &entries[i], now); err != nil {
				return err
			}
		}
		return nil
	})
	return combine.Fail[struct{}](len(entries), err)
}

func enter(tx *bbolt.Tx, st *state, entry *api.Entry, now time.Time) error {
	m, ok := st.own(entry.Room.Name)
	switch {
	case ok && entry.Room.Session < m.session:
		return nil // late for a session that is over
	case !ok || entry.Room.Session > m.session:
		if err := collectAll(tx, st, entry.Room); err != nil {
			return err
		}
		m = st.begin(entry.Room.Name, entry.Room.Session)
		if err := putSession(tx, entry.Room); err != nil {
			return err
		}
	}
	one := newMember(entry.User, entry.Nickname, entry.HeadPic)
	one.due, one.place = now.Add(st.config.MemberTTL).UnixMilli(), m.next
	if before, known := m.get(entry.User); known && before.due > now.UnixMilli() {
		one.place, one.level = before.place, before.level
	}
	if entry.Level != nil {
		one.level = *entry.Level
	}
	m.put(one)
	return putMember(tx, entry.Room, one, st.config.MemberTTL)
}

// Quit implements room.Store.
func (s *Store) Quit(ctx context.Context, exits []api.Exit) []combine.Result[struct{}] {
	err := s.file.Update(ctx, func(tx *bbolt.Tx, st *state) error {
		for _, exit := range exits {
			m, ok := st.own(exit.Room.Name)
			if !ok || m.session != exit.Room.Session {
				continue
			}
			if one, ok := m.get(exit.User); ok {
				if err := drop(tx, st, exit.Room.Name, m, one); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return combine.Fail[struct{}](len(exits), err)
}

// drop removes a member, and the room with its last one.
func drop(tx *bbolt.Tx, st *state, name string, m *members, one *member) error {
	m.remove(one)
	if m.byUser.Len() == 0 {
		st.rooms.Delete(name)
		if err := deleteSession(tx, name); err != nil {
			return err
		}
	}
	return deleteMember(tx, api.Key{Name: name, Session: m.session}, one)
}

// Pages implements room.Store.
func (s *Store) Pages(ctx context.Context, queries []api.Query) []combine.Result[api.Page] {
	pages := make([]combine.Result[api.Page], len(queries))
	for i, q := range queries {
		m, err := s.present(ctx, q.Room)
		switch {
		case err != nil:
			pages[i].Err = err
		case m == nil:
			pages[i].Value.Members = []api.Member{}
		default:
			pages[i].Value = m.page(q.Offset, q.Limit)
		}
	}
	return pages
}

// Sizes implements room.Store.
func (s *Store) Sizes(ctx context.Context, rooms []api.Key) []combine.Result[int] {
	sizes := make([]combine.Result[int], len(rooms))
	for i, key := range rooms {
		m, err := s.present(ctx, key)
		if sizes[i].Err = err; m != nil {
			sizes[i].Value = m.byUser.Len()
		}
	}
	return sizes
}

// present returns the room under key's session without those who are due, nil
// if there is none.
func (s *Store) present(ctx context.Context, key api.Key) (*members, error) {
	now := s.now()
	for {
		m, ok := s.file.State().rooms.Get(key.Name)
		if !ok || m.session != key.Session {
			return nil, nil
		}
		if _, due := m.firstDue(now); !due {
			return m, nil
		}
		if err := s.expire(ctx, key.Name, now); err != nil {
			return nil, err
		}
	}
}
