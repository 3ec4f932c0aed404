package quota

import (
	"hash/maphash"
	"time"
)

// Distinct are Buckets whose keys pay a token for an element when it comes, and none when
// it comes again soon: a limit on how many different elements a key may have. Both are
// bounded: keys by Limits.Keys, elements by Elements.Keys. Methods may be called
// concurrently. A nil Distinct has no limit.
type Distinct[K, E comparable] struct {
	buckets *Buckets[K]
	free    int64 // nanoseconds
	once    bool
	seed    maphash.Seed
	known   *table // of keys with their elements
}

// Elements say which elements are free: those that came less than Free ago. Once makes
// only the first repetition free, which is a retry; the next one pays again.
type Elements struct {
	Free time.Duration // since the element last came
	Once bool          // only the first time that it comes again: a retry, not a loop
	Keys int           // are remembered of all keys together; those that were longest away are forgotten first, and pay again
}

// NewDistinct returns a Distinct by the clock now, which must not go back. Without a Max
// it returns nil.
func NewDistinct[K, E comparable](limits Limits, elements Elements, now func() time.Time) *Distinct[K, E] {
	if limits.Max <= 0 {
		return nil
	}
	return &Distinct[K, E]{
		buckets: NewBuckets[K](limits, now), free: int64(elements.Free), once: elements.Once,
		seed: maphash.MakeSeed(), known: newTable(elements.Keys),
	}
}

// Charge is what it has cost to let an element through.
type Charge int

// The charges.
const (
	Refused Charge = iota // nothing was let through, and nothing was taken
	Free                  // the element came before, or there is no limit
	Paid                  // a token of the key
)

// Take lets an element of the key through, and returns Refused where the element is not
// free and the key has no token. An element that is refused is not remembered; one that
// comes again is free for Elements.Free from then on.
func (d *Distinct[K, E]) Take(key K, element E) Charge {
	if d == nil {
		return Free
	}
	hash := maphash.Comparable(d.seed, pair[K, E]{key, element})
	set := d.known.lock(hash) // throughout: of two that come at once, one pays
	defer set.mu.Unlock()
	now := d.buckets.clock.now()
	again := set.until(hash, now) > now
	switch {
	case again && d.once:
		set.put(hash, now)
		return Free
	case again:
		set.put(hash, now+d.free)
		return Free
	case d.buckets.Take(key):
		set.put(hash, now+d.free)
		return Paid
	default:
		return Refused
	}
}

// Return takes back what Take let through for nothing, because something else refused it:
// the key has its token again, and the element has never come. What was Free stays as it
// is.
func (d *Distinct[K, E]) Return(key K, element E, charge Charge) {
	if d == nil || charge != Paid {
		return
	}
	hash := maphash.Comparable(d.seed, pair[K, E]{key, element})
	set := d.known.lock(hash)
	defer set.mu.Unlock()
	if now := d.buckets.clock.now(); set.until(hash, now) > now { // else it is forgotten by now
		set.put(hash, now)
	}
	d.buckets.Return(key)
}

// pair is a key with one of its elements, hashed together: so one table of a fixed size
// knows the elements of all keys.
type pair[K, E comparable] struct {
	key     K
	element E
}
