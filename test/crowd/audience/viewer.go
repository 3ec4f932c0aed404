package audience

import (
	"strconv"
	"time"
)

// Viewer is one virtual user. It is for one goroutine at a time.
type Viewer struct {
	world  *World
	room   *Room
	random random
	id     int32

	due               time.Duration
	poll, like, leave time.Duration // of the visit to a room

	page  uint16 // of the list
	taps  uint8  // left of a burst
	step  step
	place place
	fan   bool
}

// step is what a viewer does next.
type step uint8

const (
	opens   step = iota // the app, or a link
	reads               // the list
	comes               // by a link
	enters              // a room
	meets               // the members, for the first time
	watches             // until one of poll, like and leave is due
	looks               // at the details of the room, after its members
	quits               // the room
	isGone  step = 255  // for good
)

// place is where the server has a viewer.
type place uint8

const (
	outside place = iota
	unsure
	inside
)

// NewViewer returns a viewer who comes at a moment.
func (w *World) NewViewer(id int, at time.Duration) *Viewer {
	v := &Viewer{world: w, id: int32(id), due: at, random: newRandom(w.seed, 1, id)}
	v.fan = v.random.is(w.habits.Fans)
	return v
}

// Due is when the viewer acts again; not more if it is negative.
func (v *Viewer) Due() time.Duration { return v.due }

func (v *Viewer) name() string { return v.world.id("viewer", int(v.id)) }

// AppendAddress appends where the viewer comes from.
func (v *Viewer) AppendAddress(b []byte) []byte {
	of := newRandom(v.world.seed, 2, int(v.id))
	if of.is(v.world.carrier) {
		return append(b, "203.0.113.1"...) // one address of a carrier, for many
	}
	b = append(b, "10."...)
	b = strconv.AppendUint(b, uint64(v.id>>16&0xff), 10)
	b = append(b, '.')
	b = strconv.AppendUint(b, uint64(v.id>>8&0xff), 10)
	b = append(b, '.')
	return strconv.AppendUint(b, uint64(v.id&0xff), 10)
}

// Act appends the body of what the viewer sends now. The Action is "" if it sends
// nothing.
func (v *Viewer) Act(now time.Duration, b []byte) (string, []byte) {
	h := v.world.habits
	switch v.step {
	case opens:
		v.page, v.step = 1, reads
		if v.random.is(h.ByLink) {
			v.step = comes
		}
		return v.Act(now, b)
	case reads:
		return "FetchList", appendList(b, int(v.page), h.PageSize)
	case comes, enters:
		if !v.choose() {
			v.page, v.step, v.due = 1, reads, now+v.random.around(h.Look)
			return "", b
		}
		if v.step == comes {
			return "GetUserInfo", appendInfo(b, v.room)
		}
		return "EnterGroup", appendEnter(b, v.room, v.name())
	case meets:
		return "FetchGroupMemberList", appendMembers(b, v.room, h.PageSize)
	case watches:
		return v.watch(now, b)
	case looks:
		return "GetUserInfo", appendInfo(b, v.room)
	case quits:
		return "QuitGroup", appendQuit(b, v.room, v.name())
	}
	v.due = none
	return "", b
}

// choose is false if there is no room to choose.
func (v *Viewer) choose() bool {
	if v.room == nil || !v.room.watchable() {
		v.room = v.world.choose(&v.random)
	}
	return v.room != nil
}

// watch does what is due first.
func (v *Viewer) watch(now time.Duration, b []byte) (string, []byte) {
	switch {
	case v.due == v.leave || !v.room.watchable():
		if v.room.watchable() && v.random.is(v.world.habits.Killed) {
			v.gone() // without a goodbye: the room keeps the member
			return "", b
		}
		v.step = quits
		return v.Act(now, b)
	case v.due == v.like:
		return "ChangeCount", appendLike(b, v.room)
	}
	return "FetchGroupMemberList", appendMembers(b, v.room, v.world.habits.PageSize)
}

// Hear takes the answer to what was sent.
func (v *Viewer) Hear(now time.Duration, a Answer) {
	h := v.world.habits
	switch v.step {
	case reads:
		v.due = now + v.random.around(h.Look)
		v.page++
		if !v.random.is(h.ScrollOn) {
			v.step = enters
		}
	case comes:
		v.step, v.due = enters, now+v.random.around(h.Look)
	case enters:
		v.entered(now, a)
	case meets, looks:
		v.step = watches
		v.plan(now)
	case watches:
		v.watched(now, a)
	case quits:
		v.quitted(now, a)
	}
}

func (v *Viewer) entered(now time.Duration, a Answer) {
	if !a.done() && a.sure() {
		v.gone()
		return
	}
	h := v.world.habits
	v.place = inside
	v.room.inside.Add(1)
	if !a.done() {
		v.place = unsure
		v.room.inside.Add(-1)
		v.room.unsureInside.Add(1)
	}
	v.world.enters()
	v.leave = now + v.random.span(h.Stay)
	v.like, v.poll = none, none
	if v.fan {
		v.like = now + v.random.span(h.Pause)
		v.burst()
	}
	if h.Poll > 0 {
		v.poll = now + v.random.around(h.Poll)
	}
	v.step, v.due = meets, now
}

// watched plans what comes after a like or a look at the members.
func (v *Viewer) watched(now time.Duration, a Answer) {
	h := v.world.habits
	if v.due != v.like {
		v.poll = now + v.random.around(h.Poll)
		v.step, v.due = looks, now
		return
	}
	v.room.unsureLikes.Add(int64(a.Lost))
	switch {
	case a.done():
		v.room.likes.Add(1)
	case !a.sure():
		v.room.unsureLikes.Add(1)
	}
	v.taps--
	v.like = now + h.TapEvery
	if v.taps == 0 {
		v.like = now + v.random.span(h.Pause)
		v.burst()
	}
	v.plan(now)
}

func (v *Viewer) burst() { v.taps = uint8(1 + v.random.next()%uint64(v.world.habits.Burst)) }

// plan makes the first of what is to come due, and nothing before now: a viewer does
// one thing after the other.
func (v *Viewer) plan(now time.Duration) {
	v.leave = max(v.leave, now)
	v.due = v.leave
	for _, other := range []*time.Duration{&v.like, &v.poll} {
		if *other == none {
			continue
		}
		*other = max(*other, now)
		v.due = min(v.due, *other)
	}
}

func (v *Viewer) quitted(now time.Duration, a Answer) {
	was := &v.room.inside
	if v.place == unsure {
		was = &v.room.unsureInside
	}
	if !a.sure() { // it was done, or may have been
		was.Add(-1)
		if !a.done() {
			v.room.unsureInside.Add(1)
		}
	}
	if v.place = outside; !v.random.is(v.world.habits.Returns) || a.sure() {
		v.gone()
		return
	}
	v.world.leaves()
	v.room, v.page, v.step, v.due = nil, 1, reads, now+v.random.around(v.world.habits.Look)
}

// gone ends the viewer. One who was not let in was not watching.
func (v *Viewer) gone() {
	if v.step >= watches {
		v.world.leaves()
	}
	v.step, v.due = isGone, none
}
