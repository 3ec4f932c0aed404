// Package reload keeps what may change while the process runs, such as keys that are rotated:
// the last that was good stays until there is another. Unlike package fresh of libs, which looks
// when it is asked, it reads in the background: what is behind a URL may take seconds, and no
// request waits for it unless it wants to (Hurry).
package reload

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"xiaozhibo.dev/libs/apierr"
)

// Options say how often to read.
type Options struct {
	What  string        // for the log
	Every time.Duration // between two reads
	Retry time.Duration // the same after one that failed
	Pause time.Duration // at least between two that were asked for by Hurry
}

// Value is what was read last and was good. It is safe for concurrent use.
type Value[T any] struct {
	options Options
	read    func(context.Context) ([]byte, error) // nil if it never changes
	parse   func([]byte) (T, error)
	log     *slog.Logger
	current atomic.Pointer[T]
	version atomic.Uint64

	last    []byte // what current was made of; Run's own, as is problem
	problem string // as last logged, "" if there is none

	wake chan struct{} // asks Run for a read; room for one
	mu   sync.Mutex
	// began is when the last read did; done is closed when the one that is under
	// way or asked for has ended, and nil if there is none.
	began time.Time
	done  chan struct{}
}

// New returns a Value that has not been read.
func New[T any](options Options, read func(context.Context) ([]byte, error), parse func([]byte) (T, error), log *slog.Logger) *Value[T] {
	return &Value[T]{options: options, read: read, parse: parse, log: log, wake: make(chan struct{}, 1)}
}

// Fixed returns a Value that never changes; Run must not be called.
func Fixed[T any](value T) *Value[T] {
	v := &Value[T]{}
	v.current.Store(&value)
	return v
}

// Current returns the value; ok is false if none was good yet.
func (v *Value[T]) Current() (value T, ok bool) {
	if current := v.current.Load(); current != nil {
		return *current, true
	}
	return value, false
}

// Version is another one after each change.
func (v *Value[T]) Version() uint64 { return v.version.Load() }

// Run reads until ctx ends, first at once.
func (v *Value[T]) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-v.wake:
		}
		v.begin()
		err := v.Load(ctx)
		v.end()
		if err != nil && ctx.Err() == nil {
			v.tell(err)
			timer.Reset(v.options.Retry)
			continue
		}
		v.problem = ""
		timer.Reset(v.options.Every)
	}
}

// Load reads once. It must not be called while Run runs.
func (v *Value[T]) Load(ctx context.Context) (err error) {
	defer apierr.Recover(&err)
	data, err := v.read(ctx)
	if err != nil {
		return err
	}
	if v.current.Load() != nil && bytes.Equal(data, v.last) {
		return nil
	}
	value, err := v.parse(data)
	if err != nil {
		return err
	}
	v.current.Store(&value)
	v.version.Add(1)
	v.last = data
	v.log.Info("loaded", "what", v.options.What)
	return nil
}

// Hurry asks for a read and waits for it, or until ctx ends. It returns at once
// if the last one was only just now.
func (v *Value[T]) Hurry(ctx context.Context) {
	done := v.asked()
	if done == nil {
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// asked asks Run for a read, and returns what is closed when it has ended. It returns nil
// if the last read was less than Pause ago.
func (v *Value[T]) asked() (done <-chan struct{}) {
	if v.read == nil {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.done == nil {
		if time.Since(v.began) < v.options.Pause {
			return nil
		}
		v.done = make(chan struct{})
		v.wake <- struct{}{} // it has room: only one is asked for at a time
	}
	return v.done
}

// begin marks a read as under way. Callers of Hurry that come from now on wait for it.
func (v *Value[T]) begin() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.began = time.Now()
	if v.done == nil {
		v.done = make(chan struct{})
	}
	select { // a request that came after the timer had fired is met by this read
	case <-v.wake:
	default:
	}
}

// end lets those go on who have waited for the read.
func (v *Value[T]) end() {
	v.mu.Lock()
	defer v.mu.Unlock()
	close(v.done)
	v.done = nil
}

// tell logs a failure when it begins, and when it becomes another one.
func (v *Value[T]) tell(err error) {
	if problem := err.Error(); problem != v.problem {
		v.problem = problem
		consequence := "the last good one stays"
		if v.current.Load() == nil {
			consequence = "there is none yet"
		}
		v.log.Warn("not loaded: "+consequence, "what", v.options.What, "err", err)
	}
}
