package stream

import (
	"math"
	"slices"
	"time"
)

// recordedFrom returns the session that a recording was made of, and its texts.
func (a *Anchor) recordedFrom(tx Tx, start, end int64) (texts Texts, session int64, err error) {
	if session = a.sessionOf(tx.Now(), start, end); session != a.Session.Number {
		texts, err = tx.Past(session)
		return texts, session, err
	}
	return Texts{Title: a.Session.Title, Profile: a.Session.Profile}, session, nil
}

// sessionOf returns the session that a recording was made of: the one it shares most time
// with, or stands nearest to. The platform tells time in seconds, so of sessions that close
// together the first is taken.
func (a *Anchor) sessionOf(now time.Time, start, end int64) int64 {
	current := Span{Session: a.Session.Number, Opened: a.Opened, Ended: a.Ended}
	if current.Ended == 0 {
		current.Ended = now.UnixMilli()
	}
	sessions := a.Past
	if a.FirstOnline != 0 || len(a.Past) == 0 {
		sessions = append(slices.Clip(sessions), current)
	}
	// The anchor may have begun and ended other sessions before the file is announced, and a
	// file may begin a little before its session by the platform's clock.
	shared := func(s Span) int64 { // milliseconds; negative: the gap
		return min(s.Ended, end*1000) - max(s.Opened, start*1000)
	}
	best := int64(math.MinInt64)
	for _, s := range sessions {
		best = max(best, shared(s))
	}
	for _, s := range sessions {
		if s.Session != current.Session && shared(s) >= best-sameWithin*1000 {
			return s.Session
		}
	}
	return current.Session
}
