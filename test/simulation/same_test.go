//go:build !race

// Virtual time lets one goroutine run after another, and the seeds of TestNoSeedBreaksAPromise do so under the race
// detector. make unraced runs these.

package simulation_test

import (
	"runtime"
	"testing"

	"xiaozhibo.dev/test/simulation"
)

// A seed that did not give the same run again would be worth nothing.
func TestASeedGivesTheSameRunToTheByte(t *testing.T) {
	options := simulation.Defaults()
	options.Log = true
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for seed := *firstSeed; seed < *firstSeed+min(*seeds, 20); seed++ {
		var logs []string
		for _, processors := range []int{1, 2, 4} {
			runtime.GOMAXPROCS(processors)
			logs = append(logs, simulation.Run(t, seed, options).Log)
		}
		if at := difference(logs[0], logs[1]); at != "" {
			t.Fatalf("seed %d with 1 processor and with 2: %s", seed, at)
		}
		if at := difference(logs[0], logs[2]); at != "" {
			t.Fatalf("seed %d with 1 processor and with 4: %s", seed, at)
		}
	}
}
