package simulation_test

import (
	"runtime"
	"strings"
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

func difference(a, b string) string {
	one, other := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(one), len(other)) {
		if one[i] != other[i] {
			return one[i] + "\nis also\n" + other[i]
		}
	}
	if len(one) != len(other) {
		return "one log is longer"
	}
	return ""
}
