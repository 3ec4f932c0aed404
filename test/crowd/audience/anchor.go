package audience

import (
	"strconv"
	"time"
)

// Anchor is a virtual user who broadcasts. It is for one goroutine at a time.
type Anchor struct {
	world  *World
	room   *Room
	random random
	id     int

	due, end time.Duration
	does     deed
	failed   int // how often in a row
}

// deed is what an anchor does next.
type deed uint8

const (
	uploads deed = iota // a cover
	asks                // for a push URL
	pushes              // is online, and says so again
	stops
)

// attempts is how often an anchor tries the same before it gives up.
const attempts = 5

// NewAnchor returns the anchor of a room, who comes at a moment and, if it is one of
// those who end early, ends at some moment before the last.
func (w *World) NewAnchor(id int, at, last time.Duration) *Anchor {
	a := &Anchor{world: w, room: w.Rooms[id], id: id, due: at, end: none, random: newRandom(w.seed, 3, id)}
	if a.random.is(w.habits.EndsEarly) {
		a.end = at + time.Duration(a.random.share()*float64(last-at))
	}
	return a
}

// Due is when the anchor acts again; not more if it is negative.
func (a *Anchor) Due() time.Duration { return a.due }

// AppendAddress appends where the anchor comes from.
func (a *Anchor) AppendAddress(b []byte) []byte {
	b = strconv.AppendUint(append(b, "172.16."...), uint64(a.id>>8&0xff), 10)
	return strconv.AppendUint(append(b, '.'), uint64(a.id&0xff), 10)
}

// Live tells whether the anchor has yet to end the broadcast.
func (a *Anchor) Live() bool { return a.room.watchable() }

// Finish makes the end due.
func (a *Anchor) Finish(now time.Duration) { a.does, a.due, a.failed = stops, now, 0 }

// Act appends the body of what the anchor sends now.
func (a *Anchor) Act(_ time.Duration, b []byte) (string, []byte) {
	if a.does == pushes && a.due == a.end {
		if a.random.is(a.world.habits.AnchorKilled) {
			a.room.state.Store(abandoned)
			a.due = none
			return "", b
		}
		a.does = stops
	}
	switch a.does {
	case uploads:
		return "GetCOSSign", append(b, `{"Action":"GetCOSSign"}`...)
	case asks:
		return "RequestLVBAddr", appendOpen(b, a.room)
	case pushes:
		return "ChangeStatus", appendStatus(b, a.room, 0)
	default:
		return "ChangeStatus", appendStatus(b, a.room, 1)
	}
}

// Hear takes the answer to what was sent.
func (a *Anchor) Hear(now time.Duration, answer Answer) {
	h := a.world.habits
	if !answer.done() && a.does != uploads {
		a.fail(now, answer)
		return
	}
	a.failed = 0
	switch a.does {
	case uploads:
		a.does, a.due = asks, now+a.random.around(h.Prepare)
	case asks:
		a.room.state.Store(hidden)
		a.does, a.due = pushes, now+a.random.around(h.Prepare)
	case pushes:
		a.room.state.Store(live)
		a.due = now + a.random.around(h.Repeat)
		if a.end != none && a.end < a.due {
			a.due = max(a.end, now)
			a.end = a.due
		}
	case stops:
		a.room.state.Store(ended)
		a.due = none
	}
}

// fail tries again, and gives up in the end.
func (a *Anchor) fail(now time.Duration, answer Answer) {
	if a.does == stops && !answer.sure() {
		a.room.state.Store(unsureEnded)
	}
	a.failed++
	a.due = now + a.random.around(a.world.habits.Prepare)
	if a.failed == attempts {
		a.due = none
	}
}
