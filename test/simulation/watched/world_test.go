// Package watched_test tries to break what is promised of viewers when an IM service tells who
// is in the group of a room: the members of a room are those who watch, as soon as what was
// told of them has arrived, and who has vanished is gone one heartbeat of the IM service later.
// Callbacks come late, twice and out of order, are forged, and fail; clients call EnterGroup and
// QuitGroup too, or do not, lie and vanish; gateways die and clocks differ. One seed decides
// everything.
package watched_test

import (
	"container/heap"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/gateway/presence"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/services/room"
	roombolt "xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/stream"
	streambolt "xiaozhibo.dev/services/stream/boltstore"
)

const (
	anchors  = 2
	people   = 9
	gateways = 2
)

// serve is a gateway's answer to a callback.
type serve func(q presence.Query, body []byte) event.Answer

// plant is a fault of ours, put before the gateway or between it and the room service.
type plant struct {
	serve func(serve) serve
	room  func(members.Service) members.Service
}

// world is a stream and a room service on files, gateways, an IM service, and everybody who uses
// them. One thing happens after the other, as the agenda says.
type world struct {
	*rand.Rand
	t        *testing.T
	plant    plant
	agenda   agenda
	stream   *stream.Service
	room     *room.Service
	gateways []*gateway
	im       im
	rooms    []*watchedRoom
	people   []*person
	ahead    map[string]time.Duration // clocks
	calm     bool
	broken   string // the promise that was not kept
}

// gateway is one life of a gateway.
type gateway struct {
	actions  *action.Actions
	presence *presence.Presence
	serve    serve
}

// watchedRoom is an anchor, and the group of the current session.
type watchedRoom struct {
	anchor   string
	group    string
	sessions int
	online   bool
}

func run(t *testing.T, seed uint64, p plant) (broken string) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, seed, dir, p)
		for _, r := range w.rooms {
			w.begins(r)
		}
		for range 20 + w.IntN(60) {
			w.troubles()
			w.acts(w.people[w.IntN(people)])
			w.passes(time.Duration(w.IntN(12_000)) * time.Millisecond)
			w.judge()
		}
		w.calm = true
		w.passes(10 * time.Minute) // all that is on its way arrives
		w.judge()
		w.passes(memberTTL)
		w.leavesNobody()
		for _, g := range w.gateways {
			g.actions.Close()
		}
		broken = w.broken
	})
	return broken
}

const memberTTL = 2 * time.Hour

func newWorld(t *testing.T, seed uint64, dir string, p plant) *world {
	t.Helper()
	w := &world{Rand: rand.New(rand.NewPCG(seed, 2)), t: t, plant: p, ahead: map[string]time.Duration{}}
	for _, name := range []string{"room", "im", "gateway0", "gateway1"} {
		w.ahead[name] = time.Duration(w.IntN(41)-20) * time.Second
	}
	settings := stream.Config{LiveTTL: 24 * time.Hour, MinRecording: time.Minute, RecordingWindow: time.Hour, AnchorTTL: 24 * time.Hour}
	catalogue, err := streambolt.Open(filepath.Join(dir, "stream.db"), settings, time.Now, nil, slog.New(slog.DiscardHandler))
	w.must(err)
	t.Cleanup(func() { catalogue.Close() })
	w.stream = stream.New(settings, catalogue)
	store, err := roombolt.Open(filepath.Join(dir, "room.db"), room.Config{MemberTTL: memberTTL}, w.clock("room"), nil, slog.New(slog.DiscardHandler))
	w.must(err)
	t.Cleanup(func() { store.Close() })
	w.room = room.New(store, w.clock("room"))
	w.im = im{world: w, both: w.IntN(2) == 0}
	for i := range gateways {
		w.gateways = append(w.gateways, w.gateway(i))
	}
	for i := range anchors {
		w.rooms = append(w.rooms, &watchedRoom{anchor: fmt.Sprint("anchor", i)})
	}
	for i := range people {
		w.people = append(w.people, &person{name: fmt.Sprint("u", i), kind: kind(i) % kinds, stakes: map[string]*stake{}})
	}
	return w
}

func (w *world) clock(name string) func() time.Time {
	return func() time.Time { return time.Now().Add(w.ahead[name]) }
}

// gateway starts the gateway of that number.
func (w *world) gateway(i int) *gateway {
	var rooms members.Service = &reached{w.room, w}
	if w.plant.room != nil {
		rooms = w.plant.room(rooms)
	}
	services := gatewaytest.Fakes{
		Counter: &gatewaytest.Counter{}, Signing: &gatewaytest.Signing{},
	}
	services.Counter.GetFunc = zeroes
	services.Signing.PlayFunc = func(ids []string) ([]signatures.PlayURLs, error) { return make([]signatures.PlayURLs, len(ids)), nil }
	composed := services.Services()
	composed.Stream, composed.Room = w.stream, rooms
	actions, err := action.New(composed, telemetry.Discard())
	w.must(err)
	actions.Presence = true
	config := presence.Config{AppID: appID}
	config.Token.Value = token
	g := &gateway{actions: actions}
	g.presence = presence.New(config, w.stream, rooms, w.clock(fmt.Sprint("gateway", i)), slog.New(slog.DiscardHandler))
	g.serve = func(q presence.Query, body []byte) event.Answer { return g.presence.Serve(w.t.Context(), q, body) }
	if w.plant.serve != nil {
		g.serve = w.plant.serve(g.serve)
	}
	return g
}

// troubles lets something happen that is no person's doing.
func (w *world) troubles() {
	switch w.IntN(12) {
	case 0: // a gateway dies, and another takes its place, which knows of no group
		i := w.IntN(gateways)
		w.gateways[i].actions.Close()
		w.gateways[i] = w.gateway(i)
	case 1:
		w.begins(w.rooms[w.IntN(anchors)])
	case 2:
		w.breaksOff(w.rooms[w.IntN(anchors)])
	case 3:
		w.im.destroys(w.rooms[w.IntN(anchors)])
	case 4:
		w.im.isForged(w.rooms[w.IntN(anchors)])
	}
}

// begins begins another session of an anchor, with a group of its own.
func (w *world) begins(r *watchedRoom) {
	r.sessions++
	r.group = fmt.Sprintf("%s-%d", r.anchor, r.sessions)
	r.online = true
	_, err := w.stream.Open(w.t.Context(), streams.Opening{User: r.anchor, StreamID: "8888_" + r.anchor, Group: r.group, Title: "t"})
	w.must(err)
	w.must(w.stream.SetStatus(w.t.Context(), streams.Status{User: r.anchor, Online: true}))
}

// breaksOff ends a session, which comes back a while later. Of a room that is not in the list
// callbacks may mean nothing, so what is told of it meanwhile is in doubt.
func (w *world) breaksOff(r *watchedRoom) {
	group := r.group
	if !r.online {
		return
	}
	r.online = false
	w.must(w.stream.SetStatus(w.t.Context(), streams.Status{User: r.anchor}))
	w.doubt(group, func(s *stake) bool { return s.open > 0 })
	w.agenda.add(w.upTo(time.Minute), func() {
		if r.group == group {
			r.online = true
			w.must(w.stream.SetStatus(w.t.Context(), streams.Status{User: r.anchor, Online: true}))
		}
	})
}

// doubt notes of whom in a group nothing can be said until they come or go again.
func (w *world) doubt(group string, of func(*stake) bool) {
	for _, p := range w.people {
		if s := p.stakes[group]; s != nil && of(s) {
			s.unsure = true
		}
	}
}

func (w *world) must(err error) {
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) breaks(format string, args ...any) {
	if w.broken == "" {
		w.broken = fmt.Sprintf(format, args...)
	}
}

// upTo is a while of at most d.
func (w *world) upTo(d time.Duration) time.Duration { return time.Duration(w.Int64N(int64(d))) }

// agenda is what will happen, the soonest first.
type agenda struct {
	items []item
	added int
}

type item struct {
	at    time.Time
	order int
	run   func()
}

func (a *agenda) Len() int { return len(a.items) }
func (a *agenda) Less(i, j int) bool {
	if a.items[i].at.Equal(a.items[j].at) {
		return a.items[i].order < a.items[j].order
	}
	return a.items[i].at.Before(a.items[j].at)
}
func (a *agenda) Swap(i, j int) { a.items[i], a.items[j] = a.items[j], a.items[i] }
func (a *agenda) Push(x any)    { a.items = append(a.items, x.(item)) }
func (a *agenda) Pop() any {
	last := a.items[len(a.items)-1]
	a.items = a.items[:len(a.items)-1]
	return last
}

func (a *agenda) add(in time.Duration, run func()) {
	a.added++
	heap.Push(a, item{time.Now().Add(in), a.added, run})
}

// passes lets time pass, and all happen that is due.
func (w *world) passes(d time.Duration) {
	end := time.Now().Add(d)
	for w.agenda.Len() > 0 && !w.agenda.items[0].at.After(end) {
		next := heap.Pop(&w.agenda).(item)
		<-time.After(time.Until(next.at))
		next.run()
	}
	<-time.After(time.Until(end))
}

var errDisk = errors.New("the disk failed")

// reached is the room service, which fails now and then: before it has done something, or after.
type reached struct {
	members.Service
	world *world
}

// fails carries out a write, or does not, or loses the answer.
func fails[T, R any](w *world, items []T, do func([]T) []combine.Result[R]) []combine.Result[R] {
	failed := combine.Fail[R](len(items), apierr.Wrap(apierr.Storage, errDisk, "storage failed"))
	if !w.calm && w.IntN(12) == 0 {
		return failed
	}
	results := do(items)
	if !w.calm && w.IntN(12) == 0 {
		return failed
	}
	return results
}
