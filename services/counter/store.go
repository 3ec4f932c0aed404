package counter

import (
	"context"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
)

// Store keeps counters, and is safe for concurrent use. Its items have been checked. There is one result for each, in
// order: what fails for one fails for no other. Errors are Storage and Unavailable, after
// which an addition may have been kept.
type Store interface {
	// Add applies the additions in order, each as Value.Add does, and returns the
	// values reached. They are durable when it returns. One slice may add to one counter
	// several times; each result is the value after that addition.
	Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64]

	// Get returns what Value.In gives for each key, and for a session that Value.Replaces
	// what it had come to, see Value.Replaced.
	Get(ctx context.Context, keys []counters.Key) []combine.Result[int64]
}

// Value is what a store keeps for one name, with the rule of a counter. Redis has the rule
// a second time, in redisstore/add.lua; setup/rule_test.go holds the two against each
// other. Session is a fence: additions of an older one do nothing, and one of a newer one
// begins again at zero, without marks. The zero Value is a counter that was never added to.
type Value struct {
	Session int64
	Count   int64  // 0 to counter.Max
	Marks   []Mark // of senders, under this session
}

// Mark is the last addition of one sender, so that the same addition sent again is known.
// It lasts for counters.SenderTTL at least.
type Mark struct {
	Sender string
	Number int64
	At     int64 // Unix milliseconds
}

// Add applies an addition at the time now, in Unix milliseconds. It returns the count to
// report, which is 0 for an addition of an older session, and whether the value has
// changed and must be written. A session that is kept but lies more than session.MaxAhead
// ahead of now is no fence: any addition begins anew.
func (v *Value) Add(a counters.Addition, now int64) (count int64, changed bool) {
	// First of all, or no addition of a real session would ever be the newer one.
	if !session.Believable(v.Session, time.UnixMilli(now)) {
		*v, changed = Value{Session: a.Key.Session}, true
	}
	switch {
	case a.Key.Session < v.Session:
		return 0, false // late for a session that is over
	case a.Key.Session > v.Session:
		*v, changed = Value{Session: a.Key.Session}, true
	}
	// Before the sum, as a repeated addition adds nothing. A new mark alone is a change too:
	// if it were lost, the next repetition would count.
	if a.Sender != "" {
		if !v.mark(a.Sender, a.Number, now) {
			return v.Count, changed // it has come before
		}
		changed = true
	}
	// Bounded first: no sum of two bounded numbers overflows.
	before, delta := v.Count, min(max(a.Delta, -counters.Max), counters.Max)
	v.Count = min(max(before+delta, 0), counters.Max)
	return v.Count, changed || v.Count != before
}

// mark remembers an addition of a sender, and reports whether its number is above the last
// one. A number that is not has come before. The marks are few: a sender is a process that
// calls the service, or a store, and not a client.
func (v *Value) mark(sender string, number, now int64) bool {
	for i, m := range v.Marks {
		if m.Sender == sender {
			if number <= m.Number {
				return false
			}
			v.Marks[i].Number, v.Marks[i].At = number, now
			return true
		}
	}
	// Senders come and go: one that comes takes the place of those gone.
	v.Marks = slices.DeleteFunc(v.Marks, func(m Mark) bool { return now-m.At >= counters.SenderTTL.Milliseconds() })
	v.Marks = append(v.Marks, Mark{Sender: sender, Number: number, At: now})
	return true
}

// In returns the count as seen under session: 0 unless the value is of that very session.
func (v *Value) In(session int64) int64 {
	if session != v.Session {
		return 0
	}
	return v.Count
}
