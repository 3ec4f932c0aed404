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

// Quit implements room.Store. It shares its commits with Enter and Hear.
func (s *Store) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	return change(ctx, s, len(exits), func(tx *bbolt.Tx, st *state, i int) (made struct{}, err error) {
		return made, quit(tx, st, &exits[i], s.now())
	})
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
