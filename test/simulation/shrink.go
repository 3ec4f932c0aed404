package simulation

import (
	"fmt"
	"slices"
	"testing"
)

// Shortest makes a run that breaks a promise as small as it can: it leaves out
// kinds of faults, clients, the end, and request after request, as long as the
// same promise is broken.
func Shortest(t *testing.T, seed uint64, options Options) (Options, Result) {
	t.Helper()
	best := Run(t, seed, options)
	if best.Violation == nil {
		return options, best
	}
	try := func(smaller Options) bool {
		got := Run(t, seed, smaller)
		if got.Violation == nil || got.Violation.Promise != best.Violation.Promise {
			return false
		}
		options, best = smaller, got
		return true
	}
	for again := true; again; {
		again = false
		for f := range faults {
			if smaller := options; !slices.Contains(options.Without, f) {
				smaller.Without = append(slices.Clip(options.Without), f)
				again = try(smaller) || again
			}
		}
		for _, name := range options.names() {
			if smaller := options; !slices.Contains(options.Absent, name) {
				smaller.Absent = append(slices.Clip(options.Absent), name)
				again = try(smaller) || again
			}
		}
		for cut := options.Requests / 2; cut > 0; cut /= 2 {
			smaller := options
			smaller.Requests -= cut
			again = try(smaller) || again
		}
	}
	for _, name := range options.names() {
		for n := options.Requests; n > 0 && !slices.Contains(options.Absent, name); n-- {
			smaller := options
			smaller.Unsent = append(slices.Clip(options.Unsent), fmt.Sprintf("%s#%d", name, n))
			try(smaller)
		}
	}
	options.Log = true
	return options, Run(t, seed, options)
}

// names are the clients of a run.
func (o Options) names() (names []string) {
	names = append(names, anchorNames[:min(o.Anchors, len(anchorNames))]...)
	for i := range o.Viewers {
		names = append(names, viewerName(i))
	}
	return names
}

func viewerName(i int) string { return fmt.Sprint("v", i+1) }
