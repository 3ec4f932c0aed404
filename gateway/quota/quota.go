// Package quota counts what each of many may do in a time: at most so many in a window for each
// key. Keys come from strangers, so their number is bounded too.
//
// There are three ways to count. Quota has exact windows, for few keys. Buckets give tokens back
// evenly and take 17 bytes for a key. Distinct counts how many different elements a key has had,
// as users at an address. All of them are of this process alone, and forgotten with it. They
// know nothing of Actions: fairuse and edge do.
package quota

import (
	"container/list"
	"sync"
	"time"
)

// Limits say how much a key may have. All are positive, except that a Max of 0 or less
// means no limit.
type Limits struct {
	Max    int           // of each key in a window
	Window time.Duration // begins with the first Take of a key
	Keys   int           // that are known at once; over it, the one whose window is oldest begins anew
}

// Quota counts in windows: a key may have Max from its first Take until its Window has passed,
// then all of it again. So over two windows that meet, up to twice Max may come at once; Buckets
// spread it evenly. Unlike Buckets it keeps whole keys, and memory grows with them up to Keys.
// Methods may be called concurrently. A nil Quota has no limit. It is the exact one of the three: it compares keys, and not hashes of them.
type Quota[K comparable] struct {
	limits Limits
	now    func() time.Time

	mu     sync.Mutex
	counts map[K]*list.Element
	oldest list.List // of *count[K], by the begin of their windows
}

// count is the window of one key.
type count[K comparable] struct {
	key   K
	ends  time.Time
	taken int
}

// New returns a Quota by the clock now. Without a Max it returns nil.
func New[K comparable](limits Limits, now func() time.Time) *Quota[K] {
	if limits.Max <= 0 {
		return nil
	}
	return &Quota[K]{limits: limits, now: now, counts: map[K]*list.Element{}}
}

// Take counts one for the key, and reports false, counting nothing, where its
// window has as many as it may.
func (q *Quota[K]) Take(key K) bool {
	if q == nil {
		return true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	q.forget(now)
	if element, known := q.counts[key]; known {
		taken := element.Value.(*count[K])
		if taken.taken == q.limits.Max {
			return false
		}
		taken.taken++
		return true
	}
	if len(q.counts) == q.limits.Keys {
		q.drop(q.oldest.Front())
	}
	q.counts[key] = q.oldest.PushBack(&count[K]{key: key, ends: now.Add(q.limits.Window), taken: 1})
	return true
}

// Return takes one back that was counted for nothing. A window that has ended
// meanwhile is left alone.
func (q *Quota[K]) Return(key K) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.forget(q.now())
	if element, known := q.counts[key]; known {
		if taken := element.Value.(*count[K]); taken.taken > 0 {
			taken.taken--
		}
	}
}

// forget drops the windows that have ended.
func (q *Quota[K]) forget(now time.Time) {
	for element := q.oldest.Front(); element != nil; element = q.oldest.Front() {
		if now.Before(element.Value.(*count[K]).ends) {
			return
		}
		q.drop(element)
	}
}

// drop forgets one window, which is then as if it had never begun.
func (q *Quota[K]) drop(element *list.Element) {
	delete(q.counts, q.oldest.Remove(element).(*count[K]).key)
}
