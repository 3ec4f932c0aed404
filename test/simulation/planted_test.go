//go:build !race

// Virtual time lets one goroutine run after another, and the seeds of TestNoSeedBreaksAPromise do so under the race
// detector. make unraced runs these.

package simulation_test

import (
	"maps"
	"testing"

	"xiaozhibo.dev/test/simulation"
)

// within is how many seeds find any of the planted faults.
const within = 200

// A simulation that finds nothing may be one that cannot. Each of these is
// a fault somebody could make.
func TestEveryPlantedFaultIsFound(t *testing.T) {
	all := maps.Clone(gatewayFaults)
	for _, more := range []map[string]simulation.Plant{serviceFaults, storeFaults, catalogueFaults, partFaults, clockFaults} {
		maps.Copy(all, more)
	}
	for name, plant := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := simulation.Defaults()
			options.Plant = &plant
			for seed := uint64(1); seed <= within; seed++ {
				if found := simulation.Run(t, seed, options).Violation; found != nil {
					t.Logf("seed %d: %v", seed, found)
					return
				}
			}
			t.Errorf("not found in %d seeds", within)
		})
	}
}
