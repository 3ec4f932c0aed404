// Package redisstore keeps rooms in Redis, each under keys of its own, so that
// they spread over the nodes of a Cluster.
package redisstore

import (
	"context"
	"fmt"

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
func (s *Store) Enter(ctx context.Context, entries []api.Entry) []combine.Result[struct{}] {
	return s.enters.Do(ctx, entries...)
}

func (s *Store) enter(ctx context.Context, entries []api.Entry) []combine.Result[struct{}] {
	calls, places := calls(s, entries, func(e api.Entry) (api.Key, []any) {
		level := ""
		if e.Level != nil {
			level = fmt.Sprint(*e.Level)
		}
		return e.Room, []any{e.User, level, encode(e)}
	})
	return written(len(entries), places, s.db.Run(ctx, enterScript, calls))
}

// Quit implements room.Store.
func (s *Store) Quit(ctx context.Context, exits []api.Exit) []combine.Result[struct{}] {
	return s.quits.Do(ctx, exits...)
}

func (s *Store) quit(ctx context.Context, exits []api.Exit) []combine.Result[struct{}] {
	calls, places := calls(s, exits, func(e api.Exit) (api.Key, []any) { return e.Room, []any{e.User} })
	return written(len(exits), places, s.db.Run(ctx, quitScript, calls))
}

// written is what became of n items, each of which is of one call.
func written(n int, places [][]int, replies []combine.Result[any]) []combine.Result[struct{}] {
	results := make([]combine.Result[struct{}], n)
	for at, reply := range replies {
		for _, place := range places[at] {
			results[place].Err = reply.Err
		}
	}
	return results
}

// Pages implements room.Store.
func (s *Store) Pages(ctx context.Context, queries []api.Query) []combine.Result[api.Page] {
	pages := make([]combine.Result[api.Page], len(queries))
	for i, a := range s.pages.Do(ctx, queries...) {
		for a.Err == nil && !a.Value.ready {
			// Asked anew with others, who need not wait for a room that thousands left at once.
			a = s.pages.Do(ctx, queries[i])[0]
		}
		pages[i] = combine.Result[api.Page]{Value: a.Value.page, Err: a.Err}
	}
	return pages
}

// answer is a page, or not ready: to be asked for again.
type answer struct {
	page  api.Page
	ready bool
}

func (s *Store) read(ctx context.Context, queries []api.Query) []combine.Result[answer] {
	calls, places := calls(s, queries, func(q api.Query) (api.Key, []any) { return q.Room, []any{q.Offset, q.Limit} })
	answers := make([]combine.Result[answer], len(queries))
	for at, reply := range s.db.Run(ctx, pagesScript, calls) {
		pages, ok := reply.Value.([]any)
		if ok && len(pages) == 0 {
			continue
		}
		if reply.Err == nil && (!ok || len(pages) != len(places[at])) {
			reply.Err = fmt.Errorf("redis replied %v to %d queries of a room", reply.Value, len(places[at]))
		}
		for j, place := range places[at] {
			if reply.Err != nil {
				answers[place].Err = reply.Err
				continue
			}
			page, err := decode(pages[j])
			if err != nil {
				answers[place].Err = redisdb.StorageError(ctx, fmt.Errorf("key %q: %w", calls[at].Keys[0], err))
				continue
			}
			answers[place].Value = answer{page, true}
		}
	}
	return answers
}

// Sizes implements room.Store.
func (s *Store) Sizes(ctx context.Context, rooms []api.Key) []combine.Result[int] {
	return s.sizes.Do(ctx, rooms...)
}

func (s *Store) count(ctx context.Context, rooms []api.Key) []combine.Result[int] {
	calls := make([]redisdb.Call, len(rooms))
	for i, key := range rooms {
		calls[i] = s.call(key.Name)
		calls[i].Args = append(calls[i].Args, key.Session)
	}
	sizes := make([]combine.Result[int], len(rooms))
	for i, reply := range s.db.Run(ctx, sizeScript, calls) {
		size, ok := reply.Value.(int64)
		if reply.Err == nil && !ok {
			reply.Err = fmt.Errorf("redis replied %v for the size of room %q", reply.Value, rooms[i].Name)
		}
		sizes[i] = combine.Result[int]{Value: int(size), Err: reply.Err}
	}
	return sizes
}

// Sweep implements room.Store. There is nothing to do: whoever enters or reads a
// room removes those who have left, a replaced session is freed as it is
// replaced, and Redis itself drops rooms that nobody enters any more.
func (s *Store) Sweep(context.Context) error { return nil }
