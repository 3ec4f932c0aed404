package simulation_test

import (
	"flag"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"

	"xiaozhibo.dev/test/simulation"
)

var (
	firstSeed = flag.Uint64("seed", 1, "the first seed")
	seeds     = flag.Uint64("seeds", 40, "how many seeds to run, from the first on")
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(800) // much is allocated and little kept
	m.Run()
}

// Every seed is a run of its own; see Makefile, simulate.
func TestNoSeedBreaksAPromise(t *testing.T) {
	var next, requests, calls atomic.Uint64
	next.Store(*firstSeed)
	t.Cleanup(func() { t.Logf("%d requests, %d calls", requests.Load(), calls.Load()) })
	for range runtime.GOMAXPROCS(0) {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for seed := next.Add(1) - 1; seed < *firstSeed+*seeds && !t.Failed(); seed = next.Add(1) - 1 {
				got := simulation.Run(t, seed, simulation.Defaults())
				requests.Add(uint64(got.Requests))
				calls.Add(uint64(got.Calls))
				if got.Violation != nil {
					tell(t, seed)
				}
			}
		})
	}
}

// tell fails with the shortest story of a seed that breaks a promise.
func tell(t *testing.T, seed uint64) {
	t.Helper()
	options, got := simulation.Shortest(t, seed, simulation.Defaults())
	if testing.Verbose() {
		t.Logf("the whole log:\n%s", got.Log)
	}
	t.Errorf("seed %d breaks a promise: %v\nwith %d requests, without %v and %v:\n%sreplay: SEED=%d make simulate",
		seed, got.Violation, options.Requests, options.Without, options.Absent, got.Story, seed)
}
