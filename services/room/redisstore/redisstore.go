// Package redisstore keeps rooms in Redis, each under keys of its own, so that
// they spread over the nodes of a Cluster.
//
// The rule of a room runs in Redis, in Lua, as thousands of processes may enter viewers into
// one room at the same time. room.Value has the same rule in Go. room.lua says what the
// keys hold. Go only gathers calls, sends them, and reads what they return.
package redisstore

import (
	"context"
	"fmt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
)

// maxBatch bounds the items of one pipeline, and so how long a script holds up
// what is behind it.
const maxBatch = 1024

// Store implements room.Store for many processes at once. The time is that of Redis. It is
// safe for concurrent use; its combiners have goroutines, which Close ends.
type Store struct {
	db      *redisdb.DB
	config  room.Config
	scripts scripts
	enters  *combine.Sharded[members.Entry, struct{}]
	quits   *combine.Sharded[members.Exit, struct{}]
	hears   *combine.Sharded[members.Presence, members.Verdict]
	pages   *combine.Combiner[members.Query, members.Page]
	sizes   *combine.Combiner[members.Key, int]
	late    late

	audiences *combine.Combiner[members.Key, members.Audience]
}

var _ room.Store = (*Store)(nil)

// New returns the store in db, which stays the caller's to close, after the store. Writes of
// one kind are sharded by the name of the room, and so stay in order within a room.
func New(db *redisdb.DB, config room.Config) *Store {
	s := &Store{db: db, config: config, scripts: newScripts(config)}
	s.enters = combine.NewSharded(redisdb.Shards, db.Batches("room.Enter", maxBatch), func(e members.Entry) string { return e.Room.Name }, s.enter)
	s.quits = combine.NewSharded(redisdb.Shards, db.Batches("room.Quit", maxBatch), func(e members.Exit) string { return e.Room.Name }, s.quit)
	s.hears = combine.NewSharded(redisdb.Shards, db.Batches("room.Hear", maxBatch), func(p members.Presence) string { return p.Room.Name }, s.hear)
	s.audiences = combine.New(db.Batches("room.Audiences", maxBatch), combine.Distinct(s.came))
	s.pages = combine.New(db.Batches("room.Pages", maxBatch), combine.Distinct(s.read))
	s.sizes = combine.New(db.Batches("room.Sizes", maxBatch), combine.Distinct(s.count))
	return s
}

// Close finishes what was accepted.
func (s *Store) Close() error {
	s.enters.Close()
	s.quits.Close()
	s.hears.Close()
	s.audiences.Close()
	s.pages.Close()
	s.sizes.Close()
	return nil
}

// Enter implements room.Store. An entry may reach Redis twice, when a connection is lost: it
// says that somebody is there, not that one more has come.
func (s *Store) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	return redisdb.Persist(ctx, s.enters.Do, entries...)
}

// enter carries out one batch: a call of enter.lua for each room.
func (s *Store) enter(ctx context.Context, entries []members.Entry) []combine.Result[struct{}] {
	calls, places := calls(s, entries, func(e members.Entry) (members.Key, []any) {
		level := ""
		if e.Level != nil {
			level = fmt.Sprint(*e.Level)
		}
		return e.Room, []any{e.User, level, encode(e)}
	})
	replies := s.db.Run(ctx, s.scripts.enter, calls)
	results := written(len(entries), places, replies)
	for at, reply := range replies {
		refused, _ := reply.Value.([]any)
		for _, number := range refused {
			if i, ok := number.(int64); ok && 0 <= i && int(i) < len(places[at]) {
				results[places[at][i]].Err = apierr.New(apierr.TooMany, "the room has %d members, as many as it may", s.config.MaxMembers)
			}
		}
	}
	return results
}

// Quit implements room.Store. A repeated exit finds nobody.
func (s *Store) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	return redisdb.Persist(ctx, s.quits.Do, exits...)
}

// quit carries out one batch: a call for each room.
func (s *Store) quit(ctx context.Context, exits []members.Exit) []combine.Result[struct{}] {
	calls, places := calls(s, exits, func(e members.Exit) (members.Key, []any) { return e.Room, []any{e.User, flag(e.Remember)} })
	return written(len(exits), places, s.db.Run(ctx, s.scripts.quit, calls))
}

// flag is how scripts are told of what may be so or not.
func flag(set bool) string {
	if set {
		return "1"
	}
	return ""
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
func (s *Store) Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page] {
	return redisdb.Persist(ctx, s.pages.Do, queries...)
}

// read cuts the pages of one batch, each of one moment.
func (s *Store) read(ctx context.Context, queries []members.Query) []combine.Result[members.Page] {
	calls, places := calls(s, queries, func(q members.Query) (members.Key, []any) { return q.Room, []any{q.Offset, q.Limit} })
	pages := make([]combine.Result[members.Page], len(queries))
	for at, reply := range s.db.Run(ctx, s.scripts.pages, calls) {
		found, ok := reply.Value.([]any)
		if reply.Err == nil && (!ok || len(found) != 1+len(places[at])) {
			reply.Err = fmt.Errorf("redis replied %v to %d queries of a room", reply.Value, len(places[at]))
		}
		for j, place := range places[at] {
			if pages[place].Err = reply.Err; reply.Err == nil {
				pages[place].Value = s.page(ctx, calls[at].Keys[1], found[1+j])
			}
		}
		// A page writes nothing, so it may be read from a store that takes no write. What it
		// has passed over is left to the next sweep.
		if reply.Err == nil && found[0] == int64(1) {
			s.late.add(queries[places[at][0]].Room.Name)
		}
	}
	return pages
}

// Sizes implements room.Store. Members whose time is up are not counted, swept or not.
func (s *Store) Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	return redisdb.Persist(ctx, s.sizes.Do, rooms...)
}

// count asks the sizes of one batch of rooms.
func (s *Store) count(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	calls := make([]redisdb.Call, len(rooms))
	for i, key := range rooms {
		calls[i] = s.call(key.Name, key.Session)
	}
	sizes := make([]combine.Result[int], len(rooms))
	for i, reply := range s.db.Run(ctx, s.scripts.size, calls) {
		size, ok := reply.Value.(int64)
		if reply.Err == nil && !ok {
			reply.Err = fmt.Errorf("redis replied %v for the size of room %q", reply.Value, rooms[i].Name)
		}
		sizes[i] = combine.Result[int]{Value: int(size), Err: reply.Err}
	}
	return sizes
}
