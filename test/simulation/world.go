package simulation

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/test/simulation/model"
)

// world is one simulated system with everybody who uses it.
type world struct {
	*scheduler
	workers  workers
	options  Options
	seed     uint64
	random   *rand.Rand // of what is nobody's own
	weather  *weather
	planted  *Plant
	settings settings
	clocks   *clocks
	model    *model.Model
	story    story
	began    time.Time

	servers  map[string][]*server // by service: the copies of it
	order    []*server            // all of them, in the order they start in
	gateways []*gateway
	requests int
	calls    int
	lives    int // of gateways

	persistent bool // gateways try again what was not answered
	standalone bool // gateway and services are one process, and no network is between them

	actors  int // still at work
	left    int // requests they may still send
	unheard int // events the platform has not got through yet
	over    bool

	readOnly bool // no store takes a write

	invitations []invitation // latest last
	pushes      int
}

// stream of random numbers that is somebody's own: what others do changes
// nothing of it.
func (w *world) randomOf(name string) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name)) // a hash never fails
	return rand.New(rand.NewPCG(w.seed, hash.Sum64()))
}

func newWorld(seed uint64, dir string, options Options) (*world, error) {
	w := &world{
		scheduler: newScheduler(), options: options, seed: seed, began: time.Now(), left: options.Requests,
		servers: map[string][]*server{}, planted: options.Plant,
	}
	if w.planted == nil {
		w.planted = &Plant{}
	}
	w.random = w.randomOf("world")
	w.weather = newWeather(w.randomOf("weather"), options.Without, w.struck)
	w.standalone = options.Redis == "" && w.random.IntN(4) == 0
	w.persistent = w.random.IntN(3) > 0
	w.settings = newSettings(w.randomOf("settings"))
	w.clocks = w.newClocks(w.randomOf("clocks"))
	w.story.keep = options.Log
	w.model = model.New(model.Settings{
		LiveTTL: w.settings.stream.LiveTTL, MemberTTL: w.settings.room.MemberTTL,
		RecordingWindow: w.settings.stream.RecordingWindow, MinRecording: w.settings.stream.MinRecording,
		AnchorTTL: w.settings.stream.AnchorTTL, RoomsAhead: w.clocks.processes["room"] - w.clocks.processes["stream"], BizID: bizID,
	}, w.clock("stream"))
	if w.planted.Configure != nil {
		w.planted.Configure(&w.settings.stream, &w.settings.room)
	}
	for _, service := range w.starts() {
		for i := range w.copies() {
			s := &server{world: w, kind: service.name, name: service.name, path: filepath.Join(dir, service.name+".db"), start: service.start}
			if w.copies() > 1 {
				s.name = fmt.Sprint(service.name, i+1)
			}
			w.servers[service.name] = append(w.servers[service.name], s)
			w.order = append(w.order, s)
			if err := s.boot(); err != nil {
				return nil, err
			}
		}
	}
	for i := range either(w.standalone, 1, 2) {
		w.gateways = append(w.gateways, w.newGateway(fmt.Sprint("gateway", i+1)))
	}
	return w, nil
}

// copies is how many there are of each service: two where they share a store.
func (w *world) copies() int {
	if w.options.Redis != "" {
		return 2
	}
	return 1
}

// between returns a time from a range of milliseconds.
func (w *world) between(least, most int) time.Duration {
	return time.Duration(least+w.random.IntN(most-least+1)) * time.Millisecond
}

// park waits in front of something; tell may be nil.
func (w *world) park(key string, tell func(), delay time.Duration) {
	w.scheduler.park(key, func() time.Duration {
		if tell != nil {
			tell()
		}
		return delay
	})
}

// must is for what only a broken simulation does.
func (w *world) must(err error) {
	if err != nil {
		w.model.Fail(model.Kept, nil, "%v", err)
	}
}

// trouble plans crashes and sweeps, again and again until the world is over.
func (w *world) trouble() {
	const often = 500 * time.Millisecond
	w.after(often, func() {
		if w.over {
			return
		}
		for _, s := range w.order {
			if w.weather.strikes(Crash) {
				s.crash()
			}
			if !s.full && w.weather.strikes(StoreFull) {
				s.fills(w.between(1000, 60_000))
			}
			if w.random.IntN(8) == 0 {
				s.sweeps()
			}
		}
		for i := range w.gateways {
			if w.gateways[i] != nil && !w.standalone && w.weather.strikes(GatewayCrash) {
				w.tell(nil, "%s crashes", w.gateways[i].name)
				w.crashGateway(i)
				w.gateways[i] = w.newGateway(fmt.Sprint("gateway", i+1))
			}
		}
		w.trouble()
	})
}

// struck lets the model know of what may keep a request from its answer. What fails
// in a part only is told of where it does.
func (w *world) struck(f Fault) {
	if !slices.Contains(narrow, f) {
		w.model.Excuse("", false)
	}
}

var (
	_ streams.Service    = (*witnessed)(nil)
	_ counters.Service   = (*counterSeam)(nil)
	_ members.Service    = (*roomSeam)(nil)
	_ signatures.Service = (*signingSeam)(nil)
)
