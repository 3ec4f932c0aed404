package boltstore

import (
	"sync"
	"time"
)

// view is a room as readers see it while members who are due are still in the
// file: the sweeper may be late, or the disk full.
type view struct {
	mu      sync.Mutex
	members *memberSet // without those who were due at; nil until needed
	at      time.Time
}

// present returns the members who are not due. It removes each of the others
// once, however often it is called.
func (m *memberSet) present(now time.Time) *memberSet {
	if _, due := m.firstDue(now); !due {
		return m
	}
	m.seen.mu.Lock()
	defer m.seen.mu.Unlock()
	shown := m.seen.members
	if shown == nil || now.Before(m.seen.at) { // the clock may be put back
		shown = m.copied()
	} else if _, due := shown.firstDue(now); due {
		shown = shown.copied() // others are reading it
	}
	for one, due := shown.firstDue(now); due; one, due = shown.firstDue(now) {
		shown.remove(one)
	}
	m.seen.members, m.seen.at = shown, now
	return shown
}
