package simulation_test

import (
	"strings"
	"testing"

	"xiaozhibo.dev/test/simulation"
)

// Who broke a promise wants to read the shortest story of it.
func TestTheShortestStoryOfAFaultIsShort(t *testing.T) {
	plant := gatewayFaults["a quit is acknowledged and not made"]
	options := simulation.Defaults()
	options.Plant = &plant
	whole := simulation.Run(t, 1, options)
	shortest, got := simulation.Shortest(t, 1, options)
	if whole.Violation == nil || got.Violation == nil || got.Violation.Promise != whole.Violation.Promise {
		t.Fatalf("the whole run breaks %v, the shortest %v", whole.Violation, got.Violation)
	}
	lines := strings.Count(got.Story, "\n")
	t.Logf("without %v, %v, in %d requests: %v\n%s", shortest.Without, shortest.Absent, shortest.Requests, got.Violation, got.Story)
	if lines > 16 {
		t.Errorf("a story of %d lines", lines)
	}
}
