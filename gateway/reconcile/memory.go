package reconcile

import (
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/platform"
)

// memory is what the polls so far have found. It is gone with the process: the counts begin
// anew.
type memory struct {
	listed map[string]*listed // by stream id
	missed map[string]*listed // in the list before, not in this one: it moved while its pages were read
	strays map[string]*stray  // by stream id
}

// listed is a session in our list.
type listed struct {
	session int64
	denied  []int64   // when the latest polls in a row that found nobody pushing asked, Unix milliseconds by the service's clock
	counted time.Time // when the last of them asked
	waits   time.Time // since when it waits to be asked for; zero: it does not
}

// stray is a stream that is pushed and not in our list.
type stray struct {
	since int64 // of its push, as the platform says
	seen  int   // polls in a row
}

// list takes over what is in our list now.
func (m *memory) list(sessions []streams.Session) {
	next := make(map[string]*listed, len(sessions))
	for i := range sessions {
		s := &sessions[i]
		one := m.listed[s.StreamID]
		if one == nil {
			one = m.missed[s.StreamID]
		}
		if one == nil || one.session != s.Number {
			one = &listed{session: s.Number}
		}
		next[s.StreamID] = one
	}
	m.missed = map[string]*listed{}
	for id, one := range m.listed {
		if next[id] == nil {
			m.missed[id] = one
		}
	}
	m.listed = next
}

// see takes over what the platform lists. It returns the strays that have been seen often
// enough, and the sessions of our list that it does not have.
func (m *memory) see(list platform.List, sightings int) (hidden []platform.Stream, absent []string) {
	online := make(map[string]bool, len(list.Streams))
	strays := map[string]*stray{}
	for _, stream := range list.Streams {
		online[stream.ID] = true
		if one := m.listed[stream.ID]; one != nil {
			one.online()
			continue
		}
		one := m.strays[stream.ID]
		if one == nil || one.since != stream.Since { // another push
			one = &stray{since: stream.Since}
		}
		if one.seen++; one.seen >= sightings {
			hidden = append(hidden, stream)
		}
		strays[stream.ID] = one
	}
	m.strays = strays
	for id := range m.listed {
		if !online[id] {
			absent = append(absent, id)
		}
	}
	slices.Sort(absent)
	return hidden, absent
}

// online forgets what was said against a session.
func (l *listed) online() { *l = listed{session: l.session} }

// deny counts a denial that was asked at a moment. Two within half of the interval are one: a
// poll may have asked late.
func (l *listed) deny(at time.Time, theirs int64, interval time.Duration) {
	if len(l.denied) > 0 && at.Sub(l.counted) < interval/2 {
		return
	}
	l.denied, l.counted = append(l.denied, theirs), at
}
