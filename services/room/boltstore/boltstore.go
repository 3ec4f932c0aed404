// Package boltstore keeps rooms in one bbolt file, with every member but his texts
// in memory too.
package boltstore

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/services/room"
)

// Store implements room.Store.
type Store struct {
	file *boltfile.File[*state]
	ttl  time.Duration
	now  func() time.Time
}

var _ room.Store = (*Store)(nil)

// Open opens or creates the file at path. Members who are due have left. A record
// that is damaged is left out and told of in the log.
func Open(path string, config room.Config, now func() time.Time, meter metric.Meter, log *slog.Logger) (*Store, error) {
	file, err := boltfile.Open(path, meter, func(tx *bbolt.Tx) (*state, error) {
		return load(tx, config, now(), log)
	})
	if err != nil {
		return nil, err
	}
	return &Store{file: file, ttl: config.MemberTTL, now: now}, nil
}

// Close finishes the accepted writes and closes the file.
func (s *Store) Close() error { return s.file.Close() }

// Enter implements room.Store.
func (s *Store) Enter(ctx context.Context, entries []members.Entry) []combine.Result[struct{}] {
	return s.change(ctx, len(entries), func(tx *bbolt.Tx, st *state, i int) error {
		return enter(tx, st, &entries[i], s.now())
	})
}

// change makes one change for each of n items, all of them at once. One that is
// refused with an *apierr.Error has written nothing, and takes no other along.
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

func enter(tx *bbolt.Tx, st *state, entry *members.Entry, now time.Time) error {
	m, ok := st.own(entry.Room.Name)
	fence := ok && m.size(now) > 0 && session.Believable(m.session, now) // a room that all have left is forgotten
	switch {
	case fence && entry.Room.Session < m.session:
		return nil // late for a session that is over
	case !ok || entry.Room.Session != m.session:
		if err := collectAll(tx, st, entry.Room); err != nil {
			return err
		}
		m = st.begin(entry.Room.Name, entry.Room.Session)
		if err := putSession(tx, entry.Room); err != nil {
			return err
		}
	}
	one := &member{user: entry.User, due: now.Add(st.config.MemberTTL).UnixMilli(), place: m.next}
	before, known := m.get(entry.User)
	if known && before.due > now.UnixMilli() {
		one.place, one.level = before.place, before.level
	} else if most := st.config.MaxMembers; most > 0 && m.size(now) >= most {
		return apierr.New(apierr.TooMany, "the room has %d members, as many as it may", most)
	}
	if entry.Level != nil {
		one.level = *entry.Level
	}
	m.put(one)
	return putMember(tx, entry.Room, one, texts{Nickname: entry.Nickname, HeadPic: entry.HeadPic}, st.config.MemberTTL)
}

// Quit implements room.Store.
func (s *Store) Quit(ctx context.Context, exits []members.Exit) []combine.Result[struct{}] {
	return s.change(ctx, len(exits), func(tx *bbolt.Tx, st *state, i int) error {
		m, ok := st.own(exits[i].Room.Name)
		if !ok || m.session != exits[i].Room.Session {
			return nil
		}
		if one, ok := m.get(exits[i].User); ok {
			return drop(tx, st, exits[i].Room.Name, m, one)
		}
		return nil
	})
}

// drop removes a member, and the room with its last one.
func drop(tx *bbolt.Tx, st *state, name string, m *memberSet, one *member) error {
	m.remove(one)
	if m.byUser.Len() == 0 {
		st.rooms.Delete(name)
		if err := deleteSession(tx, name); err != nil {
			return err
		}
	}
	return deleteMember(tx, members.Key{Name: name, Session: m.session}, one)
}

// Pages implements room.Store.
func (s *Store) Pages(_ context.Context, queries []members.Query) []combine.Result[members.Page] {
	now := s.now()
	pages := make([]combine.Result[members.Page], len(queries))
	err := s.file.Read(func(tx *bbolt.Tx, st *state) error {
		for i, q := range queries {
			pages[i].Value = page(tx, st, q, now)
		}
		return nil
	})
	if err != nil {
		return combine.Fail[members.Page](len(queries), err)
	}
	return pages
}

func page(tx *bbolt.Tx, st *state, q members.Query, now time.Time) members.Page {
	page := members.Page{Members: []members.Member{}}
	m := st.members(q.Room)
	if m == nil {
		return page
	}
	m = m.present(now)
	page.Total = m.ordered.Len()
	for _, one := range m.page(q.Offset, q.Limit) {
		shown := getTexts(tx, q.Room, one)
		page.Members = append(page.Members, members.Member{User: one.user, Nickname: shown.Nickname, HeadPic: shown.HeadPic})
	}
	return page
}

// Sizes implements room.Store.
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
