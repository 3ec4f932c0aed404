// Package session is what counters and rooms know of sessions: numbers that grow, and that are
// Unix times in milliseconds, or less. The stream service gives them out
// (streams.Session.Number). Whoever keeps something under a session compares numbers, and needs
// to ask nobody whether one is over.
//
// The bounds are here because both services, and both stores of each, must agree on them.
package session

import (
	"time"

	"xiaozhibo.dev/libs/apierr"
)

// Max bounds what must pass unharmed through JSON and stores that know no larger
// integers.
const Max = 1<<53 - 1

// MaxAhead is how far a session may be ahead of the clock.
const MaxAhead = 24 * time.Hour

// Check returns an Invalid error for a number no session can have.
func Check(number int64) error {
	if number < 0 || number > Max {
		return apierr.New(apierr.Invalid, "session must be 0 to 2^53-1")
	}
	return nil
}

// Believable tells whether a session can have begun by now. A kept number that is further
// ahead comes from a clock gone wrong, or from a stranger: it fences nothing off, and the
// next write begins anew.
func Believable(number int64, now time.Time) bool {
	return number <= now.Add(MaxAhead).UnixMilli()
}

// CheckNow returns an Invalid error for a session that cannot have begun by now.
func CheckNow(number int64, now time.Time) error {
	if !Believable(number, now) {
		return apierr.New(apierr.Invalid, "session is more than a day ahead of the clock")
	}
	return nil
}

// Past sessions leave a few numbers behind: who came, and how many likes. They are kept of
// the newest MaxPast sessions of a user, for KeptFor after the last change.
const (
	MaxPast = 64
	KeptFor = 30 * 24 * time.Hour
)
