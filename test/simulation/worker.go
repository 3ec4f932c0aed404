package simulation

import "sync"

// workers are goroutines that are used again: one that has carried out a call
// has grown its stack for the next.
type workers struct {
	mu   sync.Mutex
	idle []chan func()
}

// do lets work be done by somebody else.
func (s *workers) do(work func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := len(s.idle) - 1; last >= 0 {
		s.idle[last] <- work
		s.idle = s.idle[:last]
		return
	}
	tasks := make(chan func(), 1)
	tasks <- work
	go func() {
		for work := range tasks {
			work()
			s.mu.Lock()
			s.idle = append(s.idle, tasks)
			s.mu.Unlock()
		}
	}()
}

// dismiss ends those who have nothing to do, which must be all.
func (s *workers) dismiss() {
	for _, tasks := range s.idle {
		close(tasks)
	}
}
