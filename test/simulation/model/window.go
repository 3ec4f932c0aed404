package model

import (
	"math"
	"time"
)

// some reports whether visit holds at some moment of the request: with one of
// the catalogues there were between its beginning and now, at one of the times
// when what it shows differs. Requests that have been answered end there.
func (m *Model) some(r *Request, visit func(c *catalogue, at int64) bool) bool {
	end := m.ms()
	if r.ended != 0 {
		end = r.endedAt
	}
	for i := len(m.history) - 1; i >= r.from; i-- { // the latest is the likeliest
		c := m.history[i]
		if c.at > end {
			continue
		}
		first, last := max(c.at, r.begunAt), end
		if i+1 < len(m.history) {
			last = min(last, m.history[i+1].at)
		}
		if visit(c, first) {
			return true
		}
		for _, at := range c.borders {
			if first < at && at <= last && visit(c, at) {
				return true
			}
		}
	}
	return false
}

// Leaves returns how long it takes until the next room or recording leaves its list,
// or an anchor is forgotten, by itself.
func (m *Model) Leaves() (in time.Duration, ok bool) {
	next := int64(math.MaxInt64)
	for _, border := range m.latest().borders {
		if border > m.ms() {
			next = min(next, border)
		}
	}
	return time.UnixMilli(next).Sub(m.now()), next != math.MaxInt64
}

// borders are the times at which somebody or something leaves a list.
func borders(c *catalogue, window int64) (times []int64) {
	for _, a := range c.anchors {
		if a.online {
			times = append(times, a.due)
		}
	}
	for _, at := range c.forgets {
		times = append(times, at)
	}
	for _, r := range c.recordings {
		times = append(times, r.end*1000+window)
	}
	return times
}
