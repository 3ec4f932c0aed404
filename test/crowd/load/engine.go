// Package load plays actors against a server: each acts when it is due, however busy
// the server is, and what it waits for is measured from then on.
package load

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"xiaozhibo.dev/test/crowd/audience"
)

// Actor is one virtual user: a state, and no goroutine. One call is made at a time.
type Actor interface {
	// Due is when it acts next, from the start; never again if it is negative.
	Due() time.Duration
	// Act appends the body of what it sends now. The Action is "" if it sends nothing.
	Act(now time.Duration, b []byte) (action string, body []byte)
	// Hear takes the answer to what it sent.
	Hear(now time.Duration, a audience.Answer)
	// AppendAddress appends where it comes from.
	AppendAddress(b []byte) []byte
}

// Options are how requests travel.
type Options struct {
	Target      Target
	Connections int     // that are kept open, 1 or more
	Fresh       float64 // share of the requests that come on connections of their own
	Gzip        float64 // share of the actors that ask for gzip
	Seed        uint64
}

// Engine plays actors. Its times begin when it is made.
type Engine struct {
	options Options
	began   time.Time
	agenda  *agenda
	busy    atomic.Int64   // actors that are handed over and not back on the agenda
	free    []*worker      // one for each connection
	seconds []atomic.Int64 // requests answered in each second
	tally   *Tally
}

// hour bounds how long requests are counted second by second.
const hour = 3600

// NewEngine returns an engine that has nobody to play.
func NewEngine(o Options) *Engine {
	e := &Engine{options: o, began: time.Now(), agenda: newAgenda(), seconds: make([]atomic.Int64, hour), tally: newTally()}
	for i := range o.Connections {
		e.free = append(e.free, &worker{
			engine: e, line: &line{target: o.Target}, tally: newTally(),
			random: rand.New(rand.NewPCG(o.Seed, uint64(i))),
		})
	}
	return e
}

// Now is the time since the engine was made.
func (e *Engine) Now() time.Duration { return time.Since(e.began) }

// Add has an actor play from when it is due.
func (e *Engine) Add(a Actor) {
	if due := a.Due(); due >= 0 {
		e.agenda.add(a, due)
	}
}

// turn is an actor whose turn it is.
type turn struct {
	actor       Actor
	due, handed time.Duration
}

// Clear takes everybody off the agenda; nothing may play meanwhile.
func (e *Engine) Clear() { e.agenda = newAgenda() }

// Play plays until a moment, or until nobody acts any more if that is earlier. What
// was sent by then is answered when it returns. It may be called again.
func (e *Engine) Play(ctx context.Context, until time.Duration) error {
	e.agenda.mu.Lock()
	turns := make(chan turn, len(e.agenda.waiting)+1) // everybody waits for one turn at a time
	e.agenda.mu.Unlock()
	var over atomic.Bool
	var workers sync.WaitGroup
	for _, w := range e.free {
		workers.Go(func() {
			for t := range turns {
				if over.Load() {
					e.agenda.add(t.actor, t.due)
				} else {
					w.take(context.WithoutCancel(ctx), t)
				}
				e.busy.Add(-1)
			}
		})
	}
	e.schedule(ctx, until, turns)
	over.Store(true)
	close(turns)
	workers.Wait()
	return context.Cause(ctx)
}

// schedule hands over those who are due.
func (e *Engine) schedule(ctx context.Context, until time.Duration, turns chan<- turn) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var due []entry
	for {
		now := e.Now()
		if now >= until || ctx.Err() != nil {
			return
		}
		idle := e.busy.Load() == 0 // looked at before the agenda, to which the busy go back
		var next time.Duration
		due, next = e.agenda.take(now, due[:0])
		for _, one := range due {
			e.busy.Add(1)
			e.tally.Lag.Add(now - one.due)
			turns <- turn{actor: one.actor, due: one.due, handed: now}
		}
		if len(due) > 0 {
			continue
		}
		wait := until - now
		switch {
		case next != none:
			wait = min(wait, next-now)
		case idle:
			return
		default: // the last ones may end without coming back
			wait = min(wait, 10*time.Millisecond)
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-e.agenda.sooner:
		case <-ctx.Done():
		}
	}
}

// Counted is everything until now; nothing may play meanwhile.
func (e *Engine) Counted() *Tally {
	for _, w := range e.free {
		w.tally.Sent, w.tally.Received = w.tally.Sent+w.line.sent, w.tally.Received+w.line.received
		w.line.sent, w.line.received = 0, 0
		e.tally.merge(w.tally)
		w.tally = newTally()
	}
	return e.tally
}

// Busiest is the most requests that were answered in one second.
func (e *Engine) Busiest() int64 {
	var most int64
	for i := range e.seconds {
		most = max(most, e.seconds[i].Load())
	}
	return most
}

// Close closes the connections.
func (e *Engine) Close() {
	for _, w := range e.free {
		w.line.close()
	}
}
