package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/gateway/reconcile"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/platform/platformtest"
	"xiaozhibo.dev/libs/platform/setup"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// catalogue plays the stream service, by a clock of its own.
type catalogue struct {
	mu        sync.Mutex
	ahead     time.Duration // of its clock
	rooms     map[string]*room
	holder    string
	until     time.Time
	confirmed map[string]int
	down      bool
}

// room is the current session of one stream.
type room struct {
	number int64
	online bool
	alive  int64 // Unix milliseconds
	ended  time.Time
}

var errDown = errors.New("no answer")

func (c *catalogue) now() time.Time { return time.Now().Add(c.ahead) }

// live lists a session, or shows that it is alive.
func (c *catalogue) live(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rooms[id] == nil {
		c.rooms[id] = &room{number: c.now().UnixMilli()}
	}
	c.rooms[id].online, c.rooms[id].alive = true, c.now().UnixMilli()
}

// hide begins a session that is not listed.
func (c *catalogue) hide(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rooms[id] = &room{number: c.now().UnixMilli()}
}

func (c *catalogue) isLive(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rooms[id].online
}

// goDown lets nobody reach it, or everybody again.
func (c *catalogue) goDown(down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = down
}

// ends returns how long a session was listed since from; 0 if it still is.
func (c *catalogue) ends(id string, from time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rooms[id].online {
		return 0
	}
	return c.rooms[id].ended.Sub(from)
}

func (c *catalogue) Pages(_ context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return combine.Fail[streams.Page](len(queries), errDown)
	}
	var all []streams.Session
	for id, room := range c.rooms {
		if room.online {
			all = append(all, streams.Session{StreamID: id, Number: room.number, Online: true})
		}
	}
	slices.SortFunc(all, func(a, b streams.Session) int { return strings.Compare(a.StreamID, b.StreamID) })
	results := make([]combine.Result[streams.Page], len(queries))
	for i, q := range queries {
		first := min(q.Offset, len(all))
		results[i].Value = streams.Page{Total: len(all), Sessions: all[first:min(first+q.Limit, len(all))]}
	}
	return results
}

func (c *catalogue) Lease(_ context.Context, r streams.LeaseRequest) (streams.LeaseState, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return streams.LeaseState{}, errDown
	}
	now := c.now()
	if c.holder != r.Holder && c.until.After(now) {
		return streams.LeaseState{Holder: c.holder, Until: c.until.UnixMilli()}, nil
	}
	c.holder, c.until = r.Holder, now.Add(time.Duration(r.TTL)*time.Millisecond)
	return streams.LeaseState{Held: r.TTL > 0, Holder: c.holder, Until: c.until.UnixMilli()}, nil
}

func (c *catalogue) Confirm(_ context.Context, s streams.Sighting) (streams.Verdict, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.rooms[s.StreamID]
	switch {
	case c.down:
		return "", errDown
	case room == nil:
		return streams.Unknown, nil
	}
	c.confirmed[s.StreamID]++
	room.online, room.alive = true, c.now().UnixMilli()
	return streams.Applied, nil
}

func (c *catalogue) Deny(_ context.Context, s streams.Sighting) (streams.Verdict, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.rooms[s.StreamID]
	switch {
	case c.down:
		return "", errDown
	case room == nil || room.number != s.Session:
		return streams.Unknown, nil
	case !room.online:
		return streams.NotOnline, nil
	case s.Asked == 0 || room.alive >= s.Asked:
		return streams.Late, nil
	}
	room.online, room.ended = false, time.Now()
	return streams.Applied, nil
}

const (
	domain = "8888.livepush.myqcloud.com"
	poll   = time.Minute
)

// world is copies of a reconciler between the platform and the stream service.
type world struct {
	t         *testing.T
	platform  *platformtest.Tencent
	pushed    *platformtest.Streams
	catalogue *catalogue
	recorded  *telemetrytest.Recorder
	budget    int
	log       lines

	mu    sync.Mutex
	calls map[string]int
	fault func(action string) platformtest.Fault
}

// inWorld runs test in a world of virtual time.
func inWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			t: t, pushed: &platformtest.Streams{}, catalogue: &catalogue{rooms: map[string]*room{}, confirmed: map[string]int{}},
			recorded: telemetrytest.New(), budget: 20, calls: map[string]int{},
		}
		w.platform = &platformtest.Tencent{Streams: w.pushed, Domain: domain, ID: "AKIDEXAMPLE", Key: "SECRETEXAMPLE", Now: time.Now}
		w.platform.Fault = w.called
		test(t, w)
	})
}

// faults decides what goes wrong with the calls that follow.
func (w *world) faults(fault func(action string) platformtest.Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = fault
}

// called counts a call.
func (w *world) called(action string) platformtest.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[action]++
	if w.fault == nil {
		return platformtest.None
	}
	return w.fault(action)
}

// states is how often the platform was asked for one stream.
func (w *world) states() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls["DescribeLiveStreamState"]
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// copy starts one, which ends with what is returned.
func (w *world) copy(c reconcile.Streams) (stop func()) {
	w.t.Helper()
	wait(time.Millisecond) // what has happened so far is older than the first poll
	settings := setup.Config{
		Kind: setup.Tencent, Domain: domain, App: "live", Budget: w.budget,
		SecretID: config.Secret{Value: "AKIDEXAMPLE"}, SecretKey: config.Secret{Value: "SECRETEXAMPLE"},
	}
	scope := w.recorded.Scope().WithLog(slog.New(slog.NewTextHandler(&w.log, nil)))
	asked, err := setup.New(settings, platformtest.Transport{Handler: w.platform}, time.Now, scope.Meter)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := reconcile.New(asked, c, reconcile.Rules, poll, time.Now, scope)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
}

// after lets time pass, a little less than polls take: the next begins in a moment.
func after(polls int) {
	wait(time.Duration(polls)*poll - time.Second)
	synctest.Wait()
}

func wait(d time.Duration) { <-time.After(d) }

func name(i int) string { return fmt.Sprintf("8888_%05d", i) }
