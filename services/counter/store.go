package counter

import (
	"context"

	"xiaozhibo.dev/libs/api/counter"
)

// Store keeps counters. Keys have been checked. Errors are Storage and
// Unavailable; after any error of Add nothing or everything was kept.
type Store interface {
	// Add applies the additions in order, each by Value.Add, and returns the
	// values reached. They are durable when it returns.
	Add(ctx context.Context, additions []counter.Addition) ([]int64, error)

	// Get returns what Value.In gives for each key.
	Get(ctx context.Context, keys []counter.Key) ([]int64, error)
}

// Value is what a store keeps for one name.
type Value struct {
	Session int64
	Count   int64 // 0 to counter.Max
}

// Add returns the value after delta under session, and the count to report. The
// fence is here, so that every store has the same one.
func (v Value) Add(session, delta int64) (next Value, count int64) {
	switch {
	case session < v.Session:
		return v, 0 // late for a session that is over
	case session > v.Session:
		v = Value{Session: session}
	}
	// Bounded first: no sum of two bounded numbers overflows.
	delta = min(max(delta, -counter.Max), counter.Max)
	v.Count = min(max(v.Count+delta, 0), counter.Max)
	return v, v.Count
}

// In returns the count as seen under session.
func (v Value) In(session int64) int64 {
	if session != v.Session {
		return 0
	}
	return v.Count
}
