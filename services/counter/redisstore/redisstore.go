// Package redisstore keeps counters in Redis, each under a key of its own, so
// that they spread over the nodes of a Cluster.
//
// The rule runs in Redis, as add.lua: thousands of likes for one anchor come from many
// processes, and a rule in Go would have to read, compare and write again for each that
// another process has overtaken.
package redisstore

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"sync/atomic"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/counter"
)

// maxBatch bounds the items of one pipeline.
const maxBatch = 4096

// The numbers of the rule are put in front of add.lua: Go is where they are defined.
var (
	//go:embed add.lua
	addSource string
	addScript = redisdb.NewShared(2, fmt.Sprintf("local LIMIT, REMEMBERED, AHEAD, PAST, KEPT = %d, %d, %d, %d, %d\n",
		counters.Max, counters.SenderTTL.Milliseconds(), session.MaxAhead.Milliseconds(), session.MaxPast-1, session.KeptFor.Milliseconds())+addSource)

	getScript = redisdb.NewShared(1, `return each(function(key) return redis.call('HMGET', KEYS[key], 's', 'n') end)`)
)

// Store implements counter.Store for many processes at once. Its combiners have
// goroutines, which Close ends.
type Store struct {
	db     *redisdb.DB
	adds   *combine.Sharded[counters.Addition, int64]
	gets   *combine.Combiner[counters.Key, int64]
	sender string
	last   atomic.Int64 // number of the last addition that had no sender
}

var _ counter.Store = (*Store)(nil)

// New returns the store in db, which stays the caller's to close, after the store. Every
// Store is a sender of its own with a random name, see add.
func New(db *redisdb.DB) *Store {
	s := &Store{db: db, sender: rand.Text()[:12]}
	s.adds = combine.NewSharded(redisdb.Shards, db.Batches("counter.Add", maxBatch), func(a counters.Addition) string { return a.Key.Name }, s.add)
	s.gets = combine.New(db.Batches("counter.Get", maxBatch), combine.Distinct(s.get))
	return s
}

// Close finishes what was accepted.
func (s *Store) Close() error {
	s.adds.Close()
	s.gets.Close()
	return nil
}

// Add implements counter.Store. Additions that wait for the same counter are one call.
func (s *Store) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	return redisdb.Persist(ctx, s.adds.Do, additions...)
}

// Get implements counter.Store. Callers who ask for the same key at once are answered by one
// read.
func (s *Store) Get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	return redisdb.Persist(ctx, s.gets.Do, keys...)
}

// add sends one call for each counter, with all that is added to it. An addition without a
// sender gets this store's name and the next number: where the connection is lost and the
// client library sends the call again, Redis knows it and counts it once.
func (s *Store) add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	var (
		calls  []redisdb.Call
		places [][]int // of the additions of each call
		call   = make(map[string]int)
	)
	for i, a := range additions {
		if a.Sender == "" { // the connection may be lost after it, and it be sent again
			a.Sender, a.Number = s.sender, s.last.Add(1)
		}
		at, known := call[a.Key.Name]
		if !known {
			at = len(calls)
			call[a.Key.Name] = at
			calls = append(calls, redisdb.Call{Keys: []string{s.key(a.Key.Name), s.pastKey(a.Key.Name)}})
			places = append(places, nil)
		}
		// Bounded here too, as Lua's numbers are exact to 2^53 only.
		delta := min(max(a.Delta, -counters.Max), counters.Max)
		calls[at].Args = append(calls[at].Args, a.Key.Session, delta, a.Sender, a.Number)
		places[at] = append(places[at], i)
	}
	counts := make([]combine.Result[int64], len(additions))
	for at, reply := range s.db.Run(ctx, addScript, calls) {
		reached, ok := reply.Value.([]any)
		if _, one := reply.Value.(int64); one {
			reached, ok = []any{reply.Value}, true
		}
		if reply.Err == nil && (!ok || len(reached) != len(places[at])) {
			reply.Err = fmt.Errorf("redis replied %v to %d additions", reply.Value, len(places[at]))
		}
		for j, place := range places[at] {
			if reply.Err != nil {
				counts[place].Err = reply.Err
				continue
			}
			counts[place].Value, _ = reached[j].(int64)
		}
	}
	return counts
}

// get reads counters, and again where a newer session was met: that is rare. A damaged counter
// fails alone.
func (s *Store) get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	calls := make([]redisdb.Call, len(keys))
	for i, key := range keys {
		calls[i].Keys = []string{s.key(key.Name)}
	}
	counts, over := make([]combine.Result[int64], len(keys)), []int(nil)
	for i, reply := range s.db.Run(ctx, getScript, calls) {
		if reply.Err != nil {
			counts[i].Err = reply.Err
			continue
		}
		value, err := decode(reply.Value)
		if err != nil {
			counts[i].Err = redisdb.StorageError(ctx, fmt.Errorf("key %q: %w", calls[i].Keys[0], err))
			continue
		}
		if counts[i].Value = value.In(keys[i].Session); value.Replaces(keys[i].Session) {
			over = append(over, i)
		}
	}
	s.getPast(ctx, keys, over, counts)
	return counts
}

// key returns the key of a counter. Its name is the hash tag, so counters spread over the
// slots of a Cluster.
func (s *Store) key(name string) string { return s.db.Key(kind, name, "") }
