package room

import (
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
)

const (
	// Skew is how far the IM service's clock and ours may differ, and so by how much the ages
	// of two presences may be wrong.
	Skew = time.Minute

	// TraceTTL is how long a trace lasts. What it could refuse after that is refused for
	// its age.
	TraceTTL = members.LatePresence + 2*Skew

	// MaxTraces bounds the memory of a room for those who have left. Over it they leave
	// no trace.
	MaxTraces = 100_000
)

// Hearing is what a presence comes to. A store does what it says; it decides nothing itself.
type Hearing int

// The hearings.
const (
	IsLate   Hearing = iota // it changes nothing
	IsNoted                 // it is late, and what is older is late too: the last word is kept with it
	IsKnown                 // the same was told before
	Stays                   // the member is kept as it is now
	Joins                   // the member joins, with the texts of the trace
	Leaves                  // the member leaves a trace, with its texts
	Vanishes                // the member leaves none: the room has too many
)

// Verdict is what the IM service's word has come to for those who ask.
func (h Hearing) Verdict() members.Verdict {
	switch h {
	case IsLate, IsNoted:
		return members.Late
	case IsKnown:
		return members.Repeated
	default:
		return members.Applied
	}
}

// Faded reports whether the time of a trace is over, or lies so far ahead that only a wrong
// clock can have left it.
func (m Member) Faded(now time.Time) bool {
	age := now.UnixMilli() - m.Seen
	return age >= TraceTTL.Milliseconds() || age < -Skew.Milliseconds()
}

// Hear decides what a presence means, once the room is one that Admits it, and what is to
// be kept of the user. before, trace and size are as for Enter, traces is how many the room
// has; a trace that Faded is none.
//
// A presence is compared with the last word about the user: with another presence by the IM
// service's clock, with a client's word by ours. If two presences are of one moment, the
// one that has the user in counts: an app leaves and joins again within a millisecond, but
// does not join and leave. Where clocks cannot tell whether a client's word or a presence
// is newer, the presence is: the IM service tells of every change, so what comes next sets
// right what was wrong. Ages are therefore measured so that they are rather too small. A
// presence that is older than a client's word is noted: one that is older still, but seems
// newer because its age is too small, does not win against that word.
func (v *Value) Hear(p *members.Presence, before, trace *Member, size, traces int, config *Config, now time.Time) (Member, Hearing, error) {
	at, last := now.UnixMilli()-p.Age, trace
	in := before != nil && !before.Gone(config, now)
	if in {
		last = before
	}
	one := Member{Seen: at, Heard: p.At, Told: true}
	if last != nil {
		one.Level = last.Level
		if hearing, news := last.compare(p, at, in); hearing == IsNoted {
			one = *last
			one.Heard = p.At
			return one, hearing, nil
		} else if !news {
			return one, hearing, nil
		}
	}
	switch { // it is news: what does it change?
	case !p.In && trace == nil && traces >= MaxTraces:
		return one, Vanishes, nil
	case !p.In:
		return one, Leaves, nil
	case in:
		one.Place, one.Seen = before.Place, max(before.Seen, at)
		return one, Stays, nil
	case last == nil && p.Age > members.LatePresence.Milliseconds(), at < v.Session-Skew.Milliseconds(), one.Gone(config, now):
		return one, IsLate, nil // too old, of an earlier session of the same group, or gone by now
	case config.MaxMembers > 0 && size >= config.MaxMembers:
		return one, IsLate, full(config)
	default:
		one.Place = v.Next
		v.Next++
		return one, Joins, nil
	}
}

// compare reports whether a presence is newer than the last word about a user, and if it is not, what it comes
// to. at and in are as for older.
func (m Member) compare(p *members.Presence, at int64, in bool) (hearing Hearing, news bool) {
	switch {
	case p.At == m.Heard && p.In == in:
		return IsKnown, false
	case m.older(p, at, in):
		return 0, true
	case p.At > m.Heard && !m.Told:
		return IsNoted, false
	default:
		return IsLate, false
	}
}

// older reports whether the last word about a user is older than a presence that is as of
// at by our clock. in: the user is a member. Two presences have one clock, so their times
// are compared as they are; a client's word has only ours.
func (m Member) older(p *members.Presence, at int64, in bool) bool {
	if !m.Told {
		return p.At > m.Heard && at >= m.Seen
	}
	return p.At > m.Heard || p.At == m.Heard && p.In && !in
}

// full is the error for one more member of a room that has as many as it may.
func full(config *Config) error {
	return apierr.New(apierr.TooMany, "the room has %d members, as many as it may", config.MaxMembers)
}
