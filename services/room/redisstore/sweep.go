package redisstore

import (
	"context"
	"maps"
	"slices"
	"sync"

	"xiaozhibo.dev/libs/store/redisdb"
)

const (
	// sweepRooms bounds the rooms of one pipeline of a sweep. Each has one chunk
	// settled, so that what is behind it is not held up.
	sweepRooms = 16
	// maxLate bounds the memory of what is to be swept. A room that is not in it
	// is found again by the next page that is read of it.
	maxLate = 100_000
)

// late are the rooms in which members have expired. A page that is read finds them, as
// Redis has no list of all rooms. Redis itself drops rooms that nobody looks at.
type late struct {
	mu    sync.Mutex
	names map[string]struct{}
}

// add remembers rooms for the next sweep.
func (l *late) add(names ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.names == nil {
		l.names = map[string]struct{}{}
	}
	for _, name := range names {
		if len(l.names) < maxLate {
			l.names[name] = struct{}{}
		}
	}
}

// take returns all of them, and forgets them. A room that is not settled now, because Redis
// failed, is found again by the next page of it.
func (l *late) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := slices.Sorted(maps.Keys(l.names))
	l.names = nil
	return names
}

// Sweep implements room.Store. It is not alone: every entry to a room removes some of its
// expired members, a new session frees the one that it replaces, and Redis drops
// rooms that nobody enters any more.
func (s *Store) Sweep(ctx context.Context) error {
	var first error // the others are swept all the same
	for some := range slices.Chunk(s.late.take(), sweepRooms) {
		for len(some) > 0 && ctx.Err() == nil {
			calls := make([]redisdb.Call, len(some))
			for i, name := range some {
				calls[i] = s.call(name)
			}
			var more []string
			for i, reply := range s.db.Run(ctx, s.scripts.settle, calls) {
				switch {
				case reply.Err != nil && first == nil:
					first = reply.Err
				case reply.Value == int64(1):
					more = append(more, some[i])
				}
			}
			some = more
		}
	}
	return first
}
