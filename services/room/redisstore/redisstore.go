// Package redisstore keeps rooms in Redis, each under keys of its own, so that
// they spread over the nodes of a Cluster.
package redisstore

import (
	"context"
	"fmt"
	"slices"

	api "xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
)

// maxBatch bounds the items of one pipeline, and so how long a script holds up
// what is behind it.
const maxBatch = 1024

// Store implements room.Store.
type Store struct {
	db     *redisdb.DB
	config room.Config
	enters *combine.Combiner[api.Entry, struct{}]
	quits  *combine.Combiner[api.Exit, struct{}]
	pages  *combine.Combiner[api.Query, answer]
	sizes  *combine.Combiner[api.Key, int]
}

var _ room.Store = (*Store)(nil)

// New returns the store in db, which stays the caller's to close.
func New(db *redisdb.DB, config room.Config) *Store {
	s := &Store{db: db, config: config}
	s.enters = combine.New(db.Batches("room.Enter", maxBatch), s.enter)
	s.quits = combine.New(db.Batches("room.Quit", maxBatch), s.quit)
	s.pages = combine.New(db.Batches("room.Pages", maxBatch), combine.Distinct(s.read))
	s.sizes = combine.New(db.Batches("room.Sizes", maxBatch), combine.Distinct(s.count))
	return s
}

// Close finishes what was accepted.
func (s *Store) Close() error {
	s.enters.Close()
	s.quits.Close()
	s.pages.Close()
	s.sizes.Close()
	return nil
}

// Enter implements room.Store.
func (s *Store) Enter(ctx context.Context, entries []api.Entry) error {
	_, err := s.enters.Do(ctx, entries...)
	return err
}

func (s *Store) enter(ctx context.Context, entries []api.Entry) ([]struct{}, error) {
	var failed error
	calls, _ := calls(s, entries, func(e api.Entry) (api.Key, []any) {
		profile, err := encode(e)
		if err != nil {
			failed = err
		}
		level := ""
		if e.Level != nil {
			level = fmt.Sprint(*e.Level)
		}
		return e.Room, []any{e.User, level, profile}
	})
	if failed != nil {
		return nil, failed
	}
	_, err := s.db.Run(ctx, enterScript, calls)
	return make([]struct{}, len(entries)), err
}

// Quit implements room.Store.
func (s *Store) Quit(ctx context.Context, exits []api.Exit) error {
	_, err := s.quits.Do(ctx, exits...)
	return err
}

func (s *Store) quit(ctx context.Context, exits []api.Exit) ([]struct{}, error) {
	calls, _ := calls(s, exits, func(e api.Exit) (api.Key, []any) { return e.Room, []any{e.User} })
	_, err := s.db.Run(ctx, quitScript, calls)
	return make([]struct{}, len(exits)), err
}

// Pages implements room.Store.
func (s *Store) Pages(ctx context.Context, queries []api.Query) ([]api.Page, error) {
	answers, err := s.pages.Do(ctx, queries...)
	if err != nil {
		return nil, err
	}
	pages := make([]api.Page, len(queries))
	for i, a := range answers {
		for !a.ready {
			// Asked anew with others, who need not wait for a room that thousands left at once.
			again, err := s.pages.Do(ctx, queries[i])
			if err != nil {
				return nil, err
			}
			a = again[0]
		}
		pages[i] = api.Page{Total: a.page.Total, Members: slices.Clone(a.page.Members)} // callers of one batch share them
	}
	return pages, nil
}

// answer is a page, or not ready: to be asked for again.
type answer struct {
	page  api.Page
	ready bool
}

func (s *Store) read(ctx context.Context, queries []api.Query) ([]answer, error) {
	calls, places := calls(s, queries, func(q api.Query) (api.Key, []any) { return q.Room, []any{q.Offset, q.Limit} })
	replies, err := s.db.Run(ctx, pagesScript, calls)
	if err != nil {
		return nil, err
	}
	answers := make([]answer, len(queries))
	for at, reply := range replies {
		pages, ok := reply.([]any)
		if ok && len(pages) == 0 {
			continue
		}
		if !ok || len(pages) != len(places[at]) {
			return nil, fmt.Errorf("redis replied %v to %d queries of a room", reply, len(places[at]))
		}
		for j, place := range places[at] {
			page, err := decode(pages[j])
			if err != nil {
				return nil, fmt.Errorf("room %q: %w", queries[place].Room.Name, err)
			}
			answers[place] = answer{page, true}
		}
	}
	return answers, nil
}

// Sizes implements room.Store.
func (s *Store) Sizes(ctx context.Context, rooms []api.Key) ([]int, error) {
	return s.sizes.Do(ctx, rooms...)
}

func (s *Store) count(ctx context.Context, rooms []api.Key) ([]int, error) {
	calls := make([]redisdb.Call, len(rooms))
	for i, key := range rooms {
		calls[i] = s.call(key.Name)
		calls[i].Args = append(calls[i].Args, key.Session)
	}
	replies, err := s.db.Run(ctx, sizeScript, calls)
	if err != nil {
		return nil, err
	}
	sizes := make([]int, len(rooms))
	for i, reply := range replies {
		size, ok := reply.(int64)
		if !ok {
			return nil, fmt.Errorf("redis replied %v for the size of room %q", reply, rooms[i].Name)
		}
		sizes[i] = int(size)
	}
	return sizes, nil
}

// Sweep implements room.Store. There is nothing to do: whoever enters or reads a
// room removes those who have left, a replaced session is freed as it is
// replaced, and Redis itself drops rooms that nobody enters any more.
func (s *Store) Sweep(context.Context) error { return nil }
