package simulation_test

import (
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/test/simulation"
)

// A gateway's connections break with it. In some run that must happen to an app that waits for its answer, and
// that is answered over another connection.
func TestInSomeRunAConnectionBreaksAndAnotherIsAnswered(t *testing.T) {
	options := simulation.Defaults()
	options.Log = true
	for seed := range uint64(400) {
		lines := strings.Split(simulation.Run(t, seed, options).Log, "\n")
		for i, line := range lines {
			request, broke := strings.CutSuffix(line, ": the connection broke")
			if !broke {
				continue
			}
			answered := strings.TrimLeft(request, " .0123456789") + ": 0 "
			if slices.ContainsFunc(lines[i:], func(later string) bool { return strings.Contains(later, answered) }) {
				return
			}
		}
	}
	t.Error("in 400 runs no connection has broken whose request was answered over another")
}
