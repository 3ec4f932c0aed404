package simulation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"xiaozhibo.dev/libs/apierr"
)

var (
	errDisk    = errors.New("the disk failed")
	errFull    = errors.New("the disk is full")
	errCrashed = errors.New("the process has crashed")
)

// server is one service: a file, and the process that serves it, if there is one.
type server struct {
	world  *world
	kind   string
	name   string
	path   string
	start  func(p *process) error
	up     *process // nil while nobody serves
	calls  int      // to its store
	full   bool     // its store takes no write
	undone []byte   // the file before the last commit, for a planted fault
}

// process is one life of a server.
type process struct {
	*server
	service any          // of the contract, for a gateway in the same process
	handler http.Handler // for all others
	sweep   func(context.Context) error
	shut    func() error
	dead    bool
}

// clock is the one the process goes by.
func (p *process) clock() func() time.Time { return p.world.clock(p.kind) }

func (s *server) boot() error {
	p := &process{server: s}
	if err := s.start(p); err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	s.up = p
	return nil
}

// crash ends the process at once: who calls it hears nothing more, and what it
// has not committed is lost. Nothing is being committed when this is called.
// Where all is one process, all of it ends.
func (s *server) crash() {
	w := s.world
	switch {
	case s.up == nil:
	case w.standalone:
		w.tell(nil, "everything crashes")
		w.crashGateway(0)
		for _, one := range w.order {
			one.end()
		}
		w.after(w.between(100, 8000), func() {
			w.tell(nil, "everything starts again")
			for _, one := range w.order {
				w.must(one.boot())
			}
			w.gateways[0] = w.newGateway("gateway1")
		})
	default:
		w.tell(nil, "%s crashes", s.name)
		s.end()
		w.after(w.between(100, 8000), func() {
			w.tell(nil, "%s starts again", s.name)
			w.must(s.boot())
		})
	}
}

func (s *server) end() {
	s.up.dead = true
	s.world.must(s.up.shut())
	s.up = nil
	s.world.must(s.world.planted.crashed(s))
}

// fills lets the store refuse every write for a while.
func (s *server) fills(d time.Duration) {
	s.full = true
	s.world.tell(nil, "the store of %s is full", s.name)
	s.world.after(d, func() {
		s.full = false
		s.world.tell(nil, "the store of %s has room again", s.name)
	})
}

// sweeps lets a service sweep, and nothing else happen meanwhile.
func (s *server) sweeps() {
	if s.up == nil || s.up.sweep == nil {
		return
	}
	p := s.up
	var done atomic.Bool // a sweep that waits for its store ends later
	go func() {
		err := p.sweep(sweeping)
		if done.Store(err == nil); !errors.Is(err, errFull) {
			s.world.must(err)
		}
	}()
	s.world.settle()
	if _, streams := p.service.(*witnessed); streams && done.Load() {
		s.world.model.Swept()
	}
}

// takes returns the error of a write that the store does not take.
func (p *process) takes() error {
	if !p.full && !p.world.readOnly {
		return nil
	}
	p.world.model.Excuse("", true)
	return apierr.Wrap(apierr.Storage, errFull, "storage failed")
}

// read is where a store is read.
func (p *process) read() error {
	if p.dead {
		return errCrashed
	}
	if p.world.weather.strikes(StoreRead) {
		p.world.tell(nil, "the store of %s fails to read", p.name)
		return apierr.Wrap(apierr.Storage, errDisk, "storage failed")
	}
	return nil
}

// write is where a store commits. Committed is called with a write that was.
func (p *process) write(commit func() error, committed func()) error {
	p.calls++
	key := fmt.Sprintf("store %s %06d", p.name, p.calls)
	weather := p.world.weather
	if weather.commit > 0 && !weather.calm {
		p.world.park(key+" takes its time", nil, p.world.between(0, weather.commit))
	}
	if weather.strikes(StoreSlow) {
		p.world.park(key, func() { p.world.tell(nil, "the store of %s is slow", p.name) }, p.world.between(1, 5000))
	}
	switch {
	case p.dead:
		return errCrashed
	case weather.strikes(CrashBefore):
		p.world.park(key, func() { p.world.tell(nil, "just before a commit"); p.crash() }, 0)
		return errCrashed
	case weather.strikes(StoreBefore):
		p.world.tell(nil, "the store of %s fails before a commit", p.name)
		return apierr.Wrap(apierr.Storage, errDisk, "storage failed")
	}
	if err := p.takes(); err != nil {
		return err
	}
	p.world.must(p.world.planted.commits(p.server))
	if err := commit(); err != nil {
		return err
	}
	committed()
	switch {
	case weather.strikes(CrashAfter):
		p.world.park(key, func() { p.world.tell(nil, "just after a commit"); p.crash() }, 0)
		return errCrashed
	case weather.strikes(StoreAfter):
		p.world.tell(nil, "the store of %s fails after a commit", p.name)
		return apierr.Wrap(apierr.Storage, errDisk, "storage failed")
	}
	return nil
}
