// Package lifecycle is how a process lives: its parts start in order and stop
// in reverse, it says whether it is ready, and it exits in one place.
//
//	func main() { lifecycle.Main(run) }
//
//	func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
//		// read the configuration, build the parts
//		process := lifecycle.New(lifecycle.Options{ShutdownDelay: 5 * time.Second}, log)
//		process.Add(lifecycle.Part{Name: "ops", ...}) // answers probes first and last
//		process.Add(lifecycle.Part{Name: "store", Start: open, Stop: closeStore})
//		process.Add(lifecycle.Part{Name: "http", Start: listen, Run: serve, Stop: shutdown})
//		return process.Run(ctx)
//	}
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// defaultDrainTimeout leaves room for a delay within the 30 s that Kubernetes
// gives a pod to end.
const defaultDrainTimeout = 20 * time.Second

// Options are the times of a shutdown.
type Options struct {
	// ShutdownDelay is how long a process that has become unready serves on, so
	// that those who send to it notice. 0 is none.
	ShutdownDelay time.Duration
	// DrainTimeout bounds the stopping of all parts together. 0 is 20 s.
	DrainTimeout time.Duration
}

// Part is one thing that a process is made of. Each function may be nil. One
// without a Start took what it holds before it was added, and is stopped
// whether the process came to it or not.
type Part struct {
	// Name stands in logs and errors: "store", "http".
	Name string

	// Start returns when the part can be used by those after it. Its context
	// ends when the process is told to end, long before the part is stopped:
	// nothing that lasts may depend on it. When Start fails it leaves nothing.
	Start func(ctx context.Context) error

	// Run is the part's own work, in a goroutine of its own from when Start has
	// returned. To return before the part is stopped, even with nil, ends the
	// process. Its context ends after Stop has returned.
	Run func(ctx context.Context) error

	// Stop is called once if Start succeeded or is nil, also after Run has failed. It asks
	// Run to return, finishes what was accepted and frees what Start took. When
	// its context ends it must give up what it waits for and return.
	Stop func(ctx context.Context) error
}

// Process owns parts. This is its life, with what Health says:
//
//	Run ──▶ starting ──── all have started ────▶ ready
//	           │                                   │
//	           │ a Start failed, a Run returned,   │ a Run returned
//	           │ or ctx ended                      │ or ctx ended
//	           │                                   ▼
//	           │                                draining, serves on
//	           │                                   │
//	           ▼                                   │ ShutdownDelay
//	        stops in reverse ◀─────────────────────┘
//	           │
//	           │ all have stopped, or DrainTimeout is over
//	           ▼
//	        returns
//
// Add and Run are for one goroutine; Health is safe for concurrent use.
type Process struct {
	opts   Options
	log    *slog.Logger
	health *Health
	parts  []Part
}

// New returns a process without parts.
func New(opts Options, log *slog.Logger) *Process {
	if opts.DrainTimeout == 0 {
		opts.DrainTimeout = defaultDrainTimeout
	}
	return &Process{opts: opts, log: log, health: &Health{}}
}

// Add appends a part: it starts after those added before it and stops before
// them. It must not be called after Run.
func (p *Process) Add(part Part) { p.parts = append(p.parts, part) }

// Health is for the server that answers probes, and for parts that add checks.
func (p *Process) Health() *Health { return p.health }

// Run lives the life of the process, once. An ordered end, asked for by ctx,
// returns nil. The error names each part that failed and what failed in it.
func (p *Process) Run(ctx context.Context) error {
	alive, end := context.WithCancelCause(ctx)
	defer end(nil)

	started, err := p.start(alive, end)
	if errors.Is(err, alive.Err()) {
		err = nil // asked to end while starting, which is no failure
	}
	if err == nil && alive.Err() == nil {
		p.health.set(ready)
		p.log.Info("ready")
		<-alive.Done()
		p.health.set(draining)
		p.log.Info("draining", "reason", context.Cause(alive).Error())
		<-time.After(p.opts.ShutdownDelay)
	}
	err = errors.Join(err, p.stop(ctx, started))
	p.log.Info("stopped")
	return err
}

// Abandon ends a process that cannot be run, such as one whose parts could not
// all be added: it stops those that hold something all the same.
func (p *Process) Abandon(ctx context.Context) error { return p.stop(ctx, held(p.parts)) }

// held are parts that have not started and hold something all the same.
func held(parts []Part) (stoppable []*running) {
	for _, part := range parts {
		if part.Start == nil {
			part.Run = nil
			stoppable = append(stoppable, run(context.Background(), part, nil))
		}
	}
	return stoppable
}

// start starts parts until all are or the process is to end.
func (p *Process) start(alive context.Context, end context.CancelCauseFunc) (started []*running, err error) {
	for i, part := range p.parts {
		if err := alive.Err(); err != nil {
			return append(started, held(p.parts[i:])...), err
		}
		if part.Start != nil {
			if err := part.Start(alive); err != nil {
				return append(started, held(p.parts[i:])...), fmt.Errorf("start %s: %w", part.Name, err)
			}
		}
		p.log.Debug("started", "part", part.Name)
		started = append(started, run(context.WithoutCancel(alive), part, end))
	}
	return started, nil
}

// stop stops parts in reverse. All of them are stopped, also those whose turn
// comes after the deadline: a store is closed whoever could not be waited for.
func (p *Process) stop(ctx context.Context, started []*running) error {
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.opts.DrainTimeout)
	defer cancel()
	var problems []error
	for _, r := range slices.Backward(started) {
		problems = append(problems, r.stop(drain))
		p.log.Debug("stopped", "part", r.part.Name)
	}
	return errors.Join(problems...)
}
