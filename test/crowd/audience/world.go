package audience

import (
	"sort"
	"sync/atomic"
	"time"
)

// World is what all of a crowd share. Its rooms are safe to look at while the crowd
// plays.
type World struct {
	Rooms []*Room

	name    string // every id begins with it
	seed    uint64
	habits  Habits
	carrier float64 // share of the viewers that come from one address

	popularity []float64 // chance that a viewer chooses a room up to this one
	watching   atomic.Int64
	most       atomic.Int64
}

// NewWorld returns a world of rooms that nobody has opened. A carrier is the share
// of viewers behind one address. The n-th room is chosen as often as 1/n of the first.
func NewWorld(name string, seed uint64, rooms int, carrier float64, habits Habits) *World {
	w := &World{name: name, seed: seed, habits: habits, carrier: carrier}
	sum := 0.0
	for i := range rooms {
		sum += 1 / float64(i+1)
		w.Rooms = append(w.Rooms, &Room{User: w.id("anchor", i), Group: w.id("group", i)})
		w.popularity = append(w.popularity, sum)
	}
	for i := range w.popularity {
		w.popularity[i] /= sum
	}
	return w
}

// MostWatching is how many were in rooms at once, at most.
func (w *World) MostWatching() int64 { return w.most.Load() }

// Listed is how many of the rooms must be on the list.
func (w *World) Listed() (all Between) {
	for _, room := range w.Rooms {
		one := room.listed()
		all.Least += one.Least
		all.Most += one.Most
	}
	return all
}

// choose returns a room that is live, the popular ones more often, or nil.
func (w *World) choose(r *random) *Room {
	first := sort.SearchFloat64s(w.popularity, r.share())
	for i := range w.Rooms {
		if room := w.Rooms[(first+i)%len(w.Rooms)]; room.watchable() {
			return room
		}
	}
	return nil
}

func (w *World) enters() {
	now := w.watching.Add(1)
	for most := w.most.Load(); now > most && !w.most.CompareAndSwap(most, now); most = w.most.Load() {
	}
}

func (w *World) leaves() { w.watching.Add(-1) }

// Answer is what a client was told.
type Answer struct {
	Value int  // returnValue
	Heard bool // false: no reply came, also when it was sent again
	Lost  int  // how often it was sent before without a reply
}

// The replies that a client acts on.
const (
	done    = 0
	refused = 4003
	invalid = 1000
)

// sure tells whether a request that was not done is known to have had no effect.
func (a Answer) sure() bool { return a.Heard && (a.Value == refused || a.Value == invalid) }

func (a Answer) done() bool { return a.Heard && a.Value == done }

// none is when nothing more happens.
const none = time.Duration(-1)
