// Package platformtest plays live platforms as their documents describe them, limits and
// faults included.
package platformtest

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Streams is what is really pushed. It is safe for concurrent use.
type Streams struct {
	mu     sync.Mutex
	pushed map[string]int64 // since when, Unix seconds
	until  map[string]int64 // forbidden until, Unix seconds
}

// Push begins a push, if the stream is not forbidden.
func (s *Streams) Push(id string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until[id] > at.Unix() {
		return
	}
	if s.pushed == nil {
		s.pushed = map[string]int64{}
	}
	s.pushed[id] = at.Unix()
}

// End ends a push.
func (s *Streams) End(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pushed, id)
}

// Forbid ends a push and lets none begin until then, in Unix seconds; 0 lets it.
func (s *Streams) Forbid(id string, until int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil {
		s.until = map[string]int64{}
	}
	s.until[id] = until
	if until != 0 {
		delete(s.pushed, id)
	}
}

// State is what the stream is at a moment: active, inactive or forbid.
func (s *Streams) State(id string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch _, pushed := s.pushed[id]; {
	case s.until[id] > at.Unix():
		return "forbid"
	case pushed:
		return "active"
	default:
		return "inactive"
	}
}

// Until returns until when a stream is forbidden, in Unix seconds.
func (s *Streams) Until(id string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until[id]
}

// Push is one stream that is pushed.
type Push struct {
	ID    string
	Since int64
}

// All returns what is pushed, by name.
func (s *Streams) All() []Push {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Push, 0, len(s.pushed))
	for id, since := range s.pushed {
		all = append(all, Push{id, since})
	}
	slices.SortFunc(all, func(a, b Push) int { return strings.Compare(a.ID, b.ID) })
	return all
}
