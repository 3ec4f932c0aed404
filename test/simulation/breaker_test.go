package simulation_test

import (
	"strings"
	"testing"

	"xiaozhibo.dev/test/simulation"
)

// The retries and the breaker of gateways are those of libs/rpc. In some run a
// service must stay away for long enough to open the breaker, and come back.
func TestInSomeRunABreakerOpensAndCloses(t *testing.T) {
	options := simulation.Defaults()
	options.Log = true
	for seed := range uint64(200) {
		log := simulation.Run(t, seed, options).Log
		if _, after, opened := strings.Cut(log, "upstream does not answer"); opened && strings.Contains(after, "upstream answers again") {
			return
		}
	}
	t.Error("no breaker has opened and closed in 200 runs")
}
