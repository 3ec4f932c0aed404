package members

import (
	"time"

	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/apierr"
)

// Presence is the IM service's word that a user is in a room, or has left it. It counts
// as of its own time and not as of its arrival: what is older than the last word about the
// user changes nothing. The IM service's clock is not ours, so there are two times. Two
// presences are compared by At. A presence and what a client said are compared by our clock,
// on which the presence is Age old.
type Presence struct {
	Room Key    `json:"room"`
	User string `json:"user"` // 1–128 bytes
	In   bool   `json:"in"`
	At   int64  `json:"at"`  // Unix milliseconds by the IM service's clock, 1 to session.Max
	Age  int64  `json:"age"` // milliseconds, 0 to session.Max
}

// LatePresence is how old a presence may be that a user about whom nothing is known is in
// a room. For that long, and a little longer, the room remembers who has left: so what
// comes late does not bring anybody back.
const LatePresence = 10 * time.Minute

// Verdict says what became of a presence. None of them is an error.
type Verdict string

// The verdicts.
const (
	Applied  Verdict = "applied"
	Repeated Verdict = "repeated" // it was told before
	Late     Verdict = "late"     // something newer is known, or it is too old, or of a session that is over
)

// Audience is how many came to one session. Peak is the largest number of members at one time,
// and Joined how many times somebody came in who was not in. Both only grow while the session
// lasts. They do not say who came.
type Audience struct {
	Peak   int   `json:"peak"`
	Joined int64 `json:"joined"`
}

// Check returns an Invalid error for a presence that cannot be.
func (p Presence) Check() error {
	if p.At < 1 || p.At > session.Max || p.Age < 0 || p.Age > session.Max {
		return apierr.New(apierr.Invalid, "the times of a presence must be 1 to 2^53-1 and 0 to 2^53-1")
	}
	return checkMember(p.Room, p.User)
}
