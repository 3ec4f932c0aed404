package quota

import (
	"hash/maphash"
	"time"
)

// Buckets are token buckets, one for each key: a key may take Max at once, and gets them
// back evenly over the Window. Their memory has a fixed size, about 17 bytes for each of
// the Keys. If more keys come, those that took least are forgotten first, and begin anew
// with a full bucket; so a flood of made-up keys frees none that is at its limit. Keys are
// compared by a 64-bit hash with a secret seed. Methods may be called concurrently. A nil
// Buckets has no limit.
type Buckets[K comparable] struct {
	clock clock
	every int64 // nanoseconds until a token is back
	burst int64 // how far a bucket may be behind, for one token more
	seed  maphash.Seed
	table *table
}

// NewBuckets returns Buckets by the clock, which must not go back; that of the process,
// time.Now, does not. Without a Max it returns nil.
func NewBuckets[K comparable](limits Limits, now func() time.Time) *Buckets[K] {
	if limits.Max <= 0 {
		return nil
	}
	every := max(int64(limits.Window)/int64(limits.Max), 1)
	return &Buckets[K]{
		clock: newClock(now), every: every, burst: every * int64(limits.Max-1),
		seed: maphash.MakeSeed(), table: newTable(limits.Keys),
	}
}

// Take takes a token of the key. It reports false, and takes nothing, where the key has
// none left.
//
// A bucket is one number: the moment at which it is full again. Each token taken moves
// that moment ahead by the time that a token needs to come back.
func (b *Buckets[K]) Take(key K) bool {
	if b == nil {
		return true
	}
	hash := maphash.Comparable(b.seed, key)
	set := b.table.lock(hash)
	defer set.mu.Unlock()
	now := b.clock.now()
	full := set.until(hash, now) // when the bucket is full again
	if full-now > b.burst {
		return false
	}
	set.put(hash, full+b.every)
	return true
}

// Return gives a token back that was taken for nothing. A bucket never holds more than
// Max.
func (b *Buckets[K]) Return(key K) {
	if b == nil {
		return
	}
	hash := maphash.Comparable(b.seed, key)
	set := b.table.lock(hash)
	defer set.mu.Unlock()
	now := b.clock.now()
	if full := set.until(hash, now); full > now { // else it is back by now, or forgotten
		set.put(hash, full-b.every)
	}
}

// clock tells nanoseconds since it was made: 8 bytes for a moment, where a time.Time has 24. It
// goes on as the function it was made with does, which must not go back.
type clock struct {
	began time.Time
	time  func() time.Time
}

// newClock begins at 0.
func newClock(now func() time.Time) clock { return clock{now(), now} }

// now returns the nanoseconds since newClock; int64 has room for 292 years of them.
func (c clock) now() int64 { return int64(c.time().Sub(c.began)) }
