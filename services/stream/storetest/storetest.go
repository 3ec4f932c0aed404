// Package storetest holds what every stream.Store must stand: plain lists as its
// model, and being opened again.
package storetest

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/services/stream"
)

// Open returns an empty store, and how to close it and open the same data again.
type Open func(t *testing.T, config stream.Config, now func() time.Time) (stream.Store, func() stream.Store)

const (
	liveTTL   = 10 * time.Second // a session ends by itself within this time
	window    = 30 * time.Second
	anchorTTL = 20 * time.Second
	maxLength = 40 * time.Second // of a recording, which ends that late at most
)

var config = stream.Config{LiveTTL: liveTTL, MinRecording: 1, RecordingWindow: window, AnchorTTL: anchorTTL}

// Run runs the suite.
func Run(t *testing.T, open Open) {
	t.Run("any history agrees with plain lists, over restarts too", func(t *testing.T) {
		clock := &clocktest.Clock{}
		clock.Move(1_480_000_000 * time.Second)
		store, reopen := open(t, config, clock.Now)
		run := 0
		rapid.Check(t, func(t *rapid.T) {
			// Runs share the store: each has names of its own, and begins when all
			// that the others listed has left the lists.
			run++
			clock.Move(window + maxLength)
			m := &machine{store: store, clock: clock, model: newModel(run, clock.Now())}
			m.reopen = func() { store = reopen(); m.store = store }
			t.Repeat(map[string]func(*rapid.T){
				"session": m.session, "file": m.file, "past": m.past, "refuse": m.refuse,
				"wait": m.wait, "sweep": m.sweep, "reopen": m.restart, "": m.check,
			})
		})
	})
}

// machine does one random history to a store and to the model, and compares after each step.
type machine struct {
	store  stream.Store
	reopen func()
	clock  *clocktest.Clock
	model  *model
}
