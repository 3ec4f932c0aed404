package quota

import (
	"math/bits"
	"sync"
)

// ways is how many keys share one set, and so compete for its places. It is small, because
// every look-up goes through the whole set.
const ways = 8

// table keeps one moment for each of many keys, in a memory that never grows: keys are hashes,
// and each has its place in one small set. A set has a lock of its own, so keys wait for each
// other only where they share one. Two keys with the same 64 bits would be one. With a secret
// seed nobody can look for such a pair, and among a hundred thousand keys one by accident is
// less likely than one in a billion.
type table struct {
	sets []set
	mask uint64
}

// set is the part of a table with one lock.
type set struct {
	mu    sync.Mutex
	slots [ways]slot
}

// slot says until when a key matters. A place whose moment has passed is free.
type slot struct {
	key   uint64
	until int64 // nanoseconds since the begin of the table's owner
}

// newTable returns a table for keys, 1 at least, rounded up to a power of two.
func newTable(keys int) *table {
	sets := uint64(1) << bits.Len64(uint64(max(keys, ways)-1)/ways)
	return &table{sets: make([]set, sets), mask: sets - 1}
}

// lock returns the set in which a key has its place, locked.
func (t *table) lock(key uint64) *set {
	s := &t.sets[key&t.mask]
	s.mu.Lock()
	return s
}

// until is when the key ceases to matter, now at the earliest.
func (s *set) until(key uint64, now int64) int64 {
	for i := range s.slots {
		if s.slots[i].key == key {
			return max(s.slots[i].until, now)
		}
	}
	return now
}

// put keeps a moment for the key, if need be in place of what ceases to matter first.
func (s *set) put(key uint64, until int64) {
	place := &s.slots[0]
	for i := range s.slots {
		switch one := &s.slots[i]; {
		case one.key == key:
			one.until = until
			return
		case one.until < place.until:
			place = one
		}
	}
	*place = slot{key, until}
}
