package heap

import "time"

// NewTuner returns one for a program with a memory limit that has just collected.
func NewTuner(limit uint64, now time.Time) func(now time.Time, live uint64) (percent int) {
	return (&tuner{room: room(limit), percent: defaultPercent, last: now}).next
}

// Limit is limit.
var Limit = limit
