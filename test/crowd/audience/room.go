package audience

import (
	"fmt"
	"sync/atomic"
)

// Room is one broadcast, and what its anchor and viewers know of it. What they do
// not know, because an answer was an error or never came, they are unsure of.
type Room struct {
	User, Group string

	state atomic.Int32

	inside       atomic.Int64 // viewers whose EnterGroup was answered with success
	unsureInside atomic.Int64
	likes        atomic.Int64 // answered with success
	unsureLikes  atomic.Int64
}

// The states of a room, for those who look for one.
const (
	unopened int32 = iota
	hidden
	live
	ended       // ChangeStatus 1 was answered with success
	abandoned   // its anchor was killed: it stays on the list
	unsureEnded // ChangeStatus 1 was not
)

// Between is what a number is, if it is anything the audience can know.
type Between struct{ Least, Most int64 }

// Holds tells whether a number can be it.
func (b Between) Holds(n int64) bool { return b.Least <= n && n <= b.Most }

func (b Between) String() string {
	if b.Least == b.Most {
		return fmt.Sprint(b.Least)
	}
	return fmt.Sprintf("%d to %d", b.Least, b.Most)
}

// Opened tells whether the server has acknowledged the room.
func (r *Room) Opened() bool { return r.state.Load() != unopened }

// Viewers is how many must be in the room.
func (r *Room) Viewers() Between {
	least := r.inside.Load()
	return Between{Least: least, Most: least + r.unsureInside.Load()}
}

// Likes is how many likes the room must have.
func (r *Room) Likes() Between {
	least := r.likes.Load()
	return Between{Least: least, Most: least + r.unsureLikes.Load()}
}

// listed is whether the room is on the list: 0 or 1.
func (r *Room) listed() Between {
	switch r.state.Load() {
	case live, abandoned:
		return Between{Least: 1, Most: 1}
	case hidden, unsureEnded:
		return Between{Most: 1}
	}
	return Between{}
}

func (r *Room) watchable() bool { return r.state.Load() == live }
