package counter

import (
	"time"

	"xiaozhibo.dev/libs/api/session"
)

// Past is what a session has come to that is over. Summaries of a session show it after the
// anchor has begun another one.
type Past struct {
	Count int64 // above 0: sessions that nobody liked leave nothing
	At    int64 // when a newer one began, Unix milliseconds
}

// Replaced returns what is to be kept of v, which an addition at the time now, in Unix
// milliseconds, has made after. ok is false where nothing is: the session is the same, is no
// session, is ahead of the clock, or has no count.
//
// A store keeps session.MaxPast-1 of them for each name, those of the newest sessions, and each
// until it has Faded.
func (v Value) Replaced(after Value, now int64) (past Past, ok bool) {
	ok = v.Count > 0 && v.Session > 0 && v.Session < after.Session && session.Believable(v.Session, time.UnixMilli(now))
	return Past{Count: v.Count, At: now}, ok
}

// Replaces reports whether session, one that somebody asks for, is older than that of v, so that what it has come to may be
// among the past ones.
func (v Value) Replaces(session int64) bool { return session > 0 && session < v.Session }

// Faded reports whether the past is not kept any more at now, in Unix milliseconds. A store
// may still have it: readers ask, and deleting it waits for a later write.
func (p Past) Faded(now int64) bool { return now-p.At >= session.KeptFor.Milliseconds() }
