package load

import (
	"container/heap"
	"sync"
	"time"
)

// agenda keeps who acts when, the first at the front. It is safe for concurrent use.
type agenda struct {
	mu      sync.Mutex
	waiting entries
	sooner  chan struct{} // told when somebody acts before all others
}

type entry struct {
	actor Actor
	due   time.Duration
}

func newAgenda() *agenda { return &agenda{sooner: make(chan struct{}, 1)} }

// add keeps an actor until it is due.
func (a *agenda) add(actor Actor, due time.Duration) {
	a.mu.Lock()
	heap.Push(&a.waiting, entry{actor, due})
	first := a.waiting[0].due == due
	a.mu.Unlock()
	if first {
		select {
		case a.sooner <- struct{}{}:
		default:
		}
	}
}

// take appends those who are due, and tells when the next one is; none if there is none.
func (a *agenda) take(now time.Duration, into []entry) (taken []entry, next time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.waiting) > 0 && a.waiting[0].due <= now {
		into = append(into, heap.Pop(&a.waiting).(entry))
	}
	if len(a.waiting) == 0 {
		return into, none
	}
	return into, a.waiting[0].due
}

// none is when nobody acts.
const none = time.Duration(-1)

// entries is a heap.
type entries []entry

func (e entries) Len() int           { return len(e) }
func (e entries) Less(i, j int) bool { return e[i].due < e[j].due }
func (e entries) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *entries) Push(x any)        { *e = append(*e, x.(entry)) }
func (e *entries) Pop() any {
	last := (*e)[len(*e)-1]
	(*e)[len(*e)-1] = entry{}
	*e = (*e)[:len(*e)-1]
	return last
}
