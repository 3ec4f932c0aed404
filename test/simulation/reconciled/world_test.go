// Package reconciled_test tries to break what is promised of rooms when the live platform is
// asked: nobody is shown live for more than three polls after the push has ended, and nobody
// is hidden who pushes. Events get lost, the platform answers late, wrongly, or not at all,
// gateways die and clocks differ; one seed decides everything.
package reconciled_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/reconcile"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/platform/platformtest"
	"xiaozhibo.dev/libs/platform/setup"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

const (
	domain  = "8888.livepush.myqcloud.com"
	poll    = time.Minute
	anchors = 6
)

// plant is a fault of ours, put between the reconciler and what it speaks to.
type plant struct {
	rule     reconcile.Rule // of the zero value: as it should be
	platform func(platform.Platform) platform.Platform
	streams  func(reconcile.Streams) reconcile.Streams
}

// world is a stream service on a file, copies of a reconciler, and a platform.
type world struct {
	*rand.Rand
	turn     sync.Mutex // held by whoever looks at what follows
	t        *testing.T
	plant    plant
	stream   *stream.Service
	pushed   *platformtest.Streams
	platform *platformtest.Tencent
	rooms    []*room
	copies   []func() // that end one
	calm     bool
	down     bool                     // nobody reaches the stream service
	lies     map[string]int           // polls for which a stream that is pushed is said not to be
	gone     map[string][]time.Time   // when the platform was asked that has said so, in a row
	ahead    map[string]time.Duration // clocks
	broken   string                   // the promise that was not kept
}

// room is an anchor, and what is true of the anchor.
type room struct {
	user, id string
	group    int
	pushing  bool
	sequence int
	ended    time.Time
	told     time.Time // when an event told of the push
	said     bool      // the anchor has said that the room is over, after this push began
}

func run(t *testing.T, seed uint64, p plant) (broken string) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, seed, dir, p)
		for range 12 + w.IntN(20) {
			w.troubles()
			for range 1 + w.IntN(3) {
				w.acts(w.rooms[w.IntN(anchors)])
			}
			w.passes(time.Duration(5+w.IntN(40)) * time.Second)
		}
		w.settles()
		for _, end := range w.copies {
			w.dies(end)
		}
		w.turn.Unlock()
		broken = w.broken
	})
	return broken
}

func newWorld(t *testing.T, seed uint64, dir string, p plant) *world {
	t.Helper()
	w := &world{
		Rand: rand.New(rand.NewPCG(seed, 1)), t: t, plant: p, pushed: &platformtest.Streams{},
		lies: map[string]int{}, gone: map[string][]time.Time{}, ahead: map[string]time.Duration{},
	}
	w.turn.Lock()
	for _, name := range []string{"stream", "platform"} {
		w.ahead[name] = time.Duration(w.IntN(61)-30) * time.Second
	}
	settings := stream.Config{
		LiveTTL: 24 * time.Hour, MinRecording: time.Minute, RecordingWindow: time.Hour, AnchorTTL: 24 * time.Hour,
		ListRequiresPush: w.IntN(3) == 0,
	}
	store, err := boltstore.Open(filepath.Join(dir, "stream.db"), settings, w.clock("stream"), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	w.stream = stream.New(settings, store)
	w.platform = &platformtest.Tencent{
		Streams: w.pushed, Domain: domain, ID: "AKIDEXAMPLE", Key: "SECRETEXAMPLE", Now: w.clock("platform"),
		Fault: w.fault,
	}
	if w.IntN(2) == 0 {
		w.platform.Stale = poll - time.Second
	}
	if w.IntN(3) == 0 {
		w.platform.ListLimit = 2 // most have to be asked for
	}
	for i := range anchors {
		w.rooms = append(w.rooms, &room{user: fmt.Sprint("u", i), id: fmt.Sprint("8888_u", i)})
	}
	for range 1 + w.IntN(2) {
		w.copies = append(w.copies, w.copy())
	}
	return w
}

func (w *world) clock(name string) func() time.Time {
	return func() time.Time { return time.Now().Add(w.ahead[name]) }
}

// copy starts a copy of the reconciler.
func (w *world) copy() (end func()) {
	w.t.Helper()
	scope := telemetry.Discard().WithLog(slog.New(slog.DiscardHandler))
	settings := setup.Config{
		Kind: setup.Tencent, Domain: domain, App: "live", Budget: 20,
		SecretID: config.Secret{Value: "AKIDEXAMPLE"}, SecretKey: config.Secret{Value: "SECRETEXAMPLE"},
	}
	// The platform takes a clock that is wrong by minutes.
	real, err := setup.New(settings, platformtest.Transport{Handler: w.platform}, time.Now, scope.Meter)
	if err != nil {
		w.t.Fatal(err)
	}
	var asked platform.Platform = &liar{real, w}
	var told reconcile.Streams = &reached{w.stream, w}
	rule := reconcile.Rule{Denials: reconcile.Rules.Denials, Sightings: reconcile.Rules.Sightings, AtOnce: 1}
	if w.plant.rule != (reconcile.Rule{}) {
		rule = w.plant.rule
	}
	if w.plant.platform != nil {
		asked = w.plant.platform(asked)
	}
	if w.plant.streams != nil {
		told = w.plant.streams(told)
	}
	r, err := reconcile.New(asked, told, rule, poll, time.Now, scope)
	if err != nil {
		w.t.Fatal(err)
	}
	w.passes(time.Millisecond) // nobody does anything at the very moment of somebody else
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = r.Run(ctx)
	}()
	w.passes(time.Millisecond)
	return func() {
		cancel()
		<-ended
	}
}

// liar is the platform, which lies of some streams and answers late.
type liar struct {
	platform.Platform
	world *world
}

func (l *liar) State(ctx context.Context, id string) (platform.State, error) {
	asked := time.Now()
	state, err := l.Platform.State(ctx, id)
	state, late := l.distorts(id, state, asked, err)
	if late {
		<-time.After(4 * time.Second) // meanwhile things happen
	}
	return state, err
}

// distorts makes of an answer what is told.
func (l *liar) distorts(id string, state platform.State, asked time.Time, err error) (told platform.State, late bool) {
	l.world.turn.Lock()
	defer l.world.turn.Unlock()
	if l.world.lies[id] > 0 && err == nil {
		l.world.lies[id]--
		state = platform.Offline
	}
	switch state {
	case platform.Offline:
		l.world.gone[id] = append(l.world.gone[id], asked)
	case platform.Online:
		delete(l.world.gone, id)
	}
	if l.world.calm {
		return state, false
	}
	if len(l.world.gone[id]) >= 3 {
		l.world.interrupts(id)
	}
	return state, true
}

func (l *liar) Online(ctx context.Context) (platform.List, error) {
	list, err := l.Platform.Online(ctx)
	l.world.turn.Lock()
	defer l.world.turn.Unlock()
	var honest []platform.Stream
	for _, one := range list.Streams {
		if l.world.lies[one.ID] == 0 {
			honest = append(honest, one)
			delete(l.world.gone, one.ID)
		}
	}
	list.Streams = honest
	return list, err
}

var errDown = errors.New("no answer")

// reached is the stream service, unless nobody reaches it.
type reached struct {
	reconcile.Streams
	world *world
}

func (r *reached) isDown() bool {
	r.world.turn.Lock()
	defer r.world.turn.Unlock()
	return r.world.down
}

func (r *reached) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	if r.isDown() {
		return combine.Fail[streams.Page](len(queries), errDown)
	}
	return r.Streams.Pages(ctx, queries)
}

func (r *reached) Lease(ctx context.Context, request streams.LeaseRequest) (streams.LeaseState, error) {
	if r.isDown() {
		return streams.LeaseState{}, errDown
	}
	return r.Streams.Lease(ctx, request)
}

// Deny sees whether somebody is hidden who pushes.
func (r *reached) Deny(ctx context.Context, s streams.Sighting) (streams.Verdict, error) {
	r.world.turn.Lock()
	defer r.world.turn.Unlock()
	if r.world.down {
		return "", errDown
	}
	verdict, err := r.Streams.Deny(ctx, s)
	if verdict == streams.Applied {
		for _, room := range r.world.rooms {
			gone := r.world.gone[room.id]
			if room.id == s.StreamID && room.pushing && (len(gone) < 3 || room.told.After(gone[len(gone)-3])) {
				r.world.breaks("%s is ended although somebody pushes", room.id)
			}
		}
	}
	return verdict, err
}

func (w *world) breaks(format string, args ...any) {
	if w.broken == "" {
		w.broken = fmt.Sprintf(format, args...)
	}
}
