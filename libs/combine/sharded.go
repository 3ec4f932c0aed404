package combine

import (
	"context"
	"sync"
)

// Sharded divides items among combiners by a key, so that while one batch is under way another
// can be made. Items of one key are always of the same combiner: they keep their order, and go
// together as ever. It is safe for concurrent use.
type Sharded[T, R any] struct {
	shards []*Combiner[T, R]
	key    func(T) string
}

// NewSharded starts so many combiners. They call run at the same time, for different keys.
func NewSharded[T, R any](shards int, options Options, key func(T) string, run Func[T, R]) *Sharded[T, R] {
	s := &Sharded[T, R]{key: key}
	for range shards {
		s.shards = append(s.shards, New(options, run))
	}
	return s
}

// Do returns one result for each item, in order, like Combiner.Do. It waits for the
// slowest of the combiners that it needs.
func (s *Sharded[T, R]) Do(ctx context.Context, items ...T) []Result[R] {
	switch len(items) {
	case 0:
		return nil
	case 1:
		return s.shards[s.shard(items[0])].Do(ctx, items...)
	}
	parts, places := make([][]T, len(s.shards)), make([][]int, len(s.shards))
	for i, item := range items {
		at := s.shard(item)
		parts[at], places[at] = append(parts[at], item), append(places[at], i)
	}
	results := make([]Result[R], len(items))
	var all sync.WaitGroup
	for at, part := range parts {
		if len(part) == 0 {
			continue
		}
		all.Go(func() {
			for i, result := range s.shards[at].Do(ctx, part...) {
				results[places[at][i]] = result
			}
		})
	}
	all.Wait()
	return results
}

// Close closes the combiners one after the other. Each carries out what it has accepted.
func (s *Sharded[T, R]) Close() {
	for _, one := range s.shards {
		one.Close()
	}
}

// shard returns the place of an item's combiner, which depends on the key alone.
func (s *Sharded[T, R]) shard(item T) int {
	hash := uint32(2166136261) // FNV-1a
	for _, b := range []byte(s.key(item)) {
		hash = (hash ^ uint32(b)) * 16777619
	}
	return int(hash % uint32(len(s.shards)))
}
