package simulation

import (
	"cmp"
	"container/heap"
	"slices"
	"sync"
	"testing/synctest"
	"time"
)

// step is the resolution of what the scheduler decides. Deadlines are given
// a fraction of it, so that the two never meet.
const step = time.Millisecond

// scheduler lets one thing happen at a time, and the next only when everybody
// waits. So the run is the same however goroutines are scheduled.
type scheduler struct {
	events queue
	count  int64
	woken  chan struct{}

	mu      sync.Mutex
	arrived []arrival
}

// happening is something that will happen.
type happening struct {
	at    time.Time
	order int64 // of those at one time
	run   func()
}

// arrival is a goroutine, or a message, whose fate is to be decided. Several may
// arrive before the scheduler looks: it takes them by key.
type arrival struct {
	key    string
	decide func()
}

func newScheduler() *scheduler { return &scheduler{woken: make(chan struct{}, 1)} }

// after lets run happen when d has passed, in the scheduler's goroutine. To be
// called from there, or by a goroutine that knows itself to be the only one at
// work.
func (s *scheduler) after(d time.Duration, run func()) {
	at := time.Now().Add(max(d, 0) + step - 1).Truncate(step)
	s.count++
	heap.Push(&s.events, happening{at, s.count, run})
}

// arrive lets decide be called in the scheduler's goroutine when everybody waits.
// Keys of what can arrive at one moment must be different.
func (s *scheduler) arrive(key string, decide func()) {
	s.mu.Lock()
	s.arrived = append(s.arrived, arrival{key, decide})
	s.mu.Unlock()
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// park waits for as long as delay says, which is called in the scheduler's
// goroutine.
func (s *scheduler) park(key string, delay func() time.Duration) {
	gate := make(chan struct{})
	s.arrive(key, func() { s.after(delay(), func() { close(gate) }) })
	<-gate
}

// run lets things happen until done or until nothing more will.
func (s *scheduler) run(done func() bool) {
	for {
		s.settle()
		if done() || len(s.events) == 0 {
			return
		}
		if wait := time.Until(s.events[0].at); wait > 0 {
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-s.woken: // somebody's deadline has passed
				timer.Stop()
			}
			continue
		}
		heap.Pop(&s.events).(happening).run()
	}
}

// settle waits until everybody waits, and decides about those who have arrived.
func (s *scheduler) settle() {
	synctest.Wait()
	s.mu.Lock()
	arrived := s.arrived
	s.arrived = nil
	s.mu.Unlock()
	select {
	case <-s.woken:
	default:
	}
	slices.SortStableFunc(arrived, func(a, b arrival) int { return cmp.Compare(a.key, b.key) })
	for _, one := range arrived {
		one.decide()
	}
}

// queue is a heap of events, the next first.
type queue []happening

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	return cmp.Or(q[i].at.Compare(q[j].at), cmp.Compare(q[i].order, q[j].order)) < 0
}
func (q *queue) Push(x any) { *q = append(*q, x.(happening)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	popped := (*q)[last]
	(*q)[last] = happening{}
	*q = (*q)[:last]
	return popped
}
