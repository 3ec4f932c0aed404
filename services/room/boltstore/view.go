package boltstore

import (
	"sync"
	"time"

	"xiaozhibo.dev/services/room"
)

// view is a room as readers see it while expired members are still in it: the sweeper may
// be late, or the disk full. Each change of the room is made to its view as well, so that
// an expired member is taken out once and not after every change.
type view struct {
	mu      sync.Mutex
	members *memberSet // without those who were due at; nil until needed
	at      time.Time
}

// present returns the members who are not due, m itself if all are. The result must not be
// changed. It keeps what it has worked out, so each expired member costs one removal,
// however often it is called.
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
	shown.release(now)
	m.seen.members, m.seen.at = shown, now
	return shown
}

// release removes the members who are due. Where most are, it builds the trees anew from
// the rest, which is less work.
func (m *memberSet) release(now time.Time) {
	stay := m.size(now)
	if stay > m.byDue.Len()/2 {
		for one, due := m.firstDue(now); due; one, due = m.firstDue(now) {
			m.remove(one)
		}
		return
	}
	all := m.byDue.Copy()
	m.byUser.Clear()
	m.ordered.Clear()
	m.byDue.Clear()
	all.Ascend(&member{Member: room.Member{Seen: now.UnixMilli() + 1 - m.config.MemberTTL.Milliseconds()}}, func(one *member) bool {
		m.put(one)
		return true
	})
}
