package stream

import (
	"maps"
	"slices"
	"sync"
)

// Suspects are users whose record could not be read for a page. The next sweep takes what is
// damaged out of the list, so that its total is right again. A page could not do it: reads never
// write. They are safe for concurrent use: pages add, the sweep takes. The zero value is empty
// and ready.
type Suspects struct {
	mu    sync.Mutex
	users map[string]bool
}

// Add adds a user.
func (s *Suspects) Add(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		s.users = map[string]bool{}
	}
	s.users[user] = true
}

// Take returns all users, and forgets them.
func (s *Suspects) Take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	users := slices.Sorted(maps.Keys(s.users))
	s.users = nil
	return users
}
