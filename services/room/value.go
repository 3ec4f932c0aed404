package room

import (
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/session"
)

// Value is what a store keeps of a room beside its members, with the rule of a room. The
// members stay in the store, which tells the rule of one at a time: a room may have a
// million. Redis has the rule a second time, in redisstore/room.lua, enter.lua,
// quit.lua and hear.lua; setup/rule_test.go holds the two against each other. The zero Value is a room
// that nobody has entered.
type Value struct {
	Session int64
	Next    uint64 // place of the next member who joins
}

// Member is what a store keeps of a member, beside the texts. Its time is up when the time
// to live has passed since Seen; from then on it is as good as gone.
//
// A store also keeps some of those who have left, as a trace: the same without a place, Seen
// being when they left. A trace lasts until it has Faded.
type Member struct {
	Seen  int64  // as of when the last word about the user counts, Unix milliseconds
	Place uint64 // grows with every member who joins
	Heard int64  // the highest At of the presences heard, 0 for none
	Level int32
	Told  bool // the last word was a presence, and not the user's client
}

// Admission says what the session of an entry means to a room.
type Admission int

// The admissions.
const (
	Late   Admission = iota // of a session that is over: the entry changes nothing
	Anew                    // the room is to be emptied and begun under the entry's session
	Admits                  // of the session that the room has
)

// Admit decides by the session, as members.Key says: an entry of an older session changes
// nothing, one of a newer session begins the room anew. The session is no fence once all
// members have left or their time is up, nor if it is ahead of the clock by more than
// session.MaxAhead: then an entry of any other session begins the room anew. size is how
// many members there are whose time is not up.
func (v Value) Admit(under int64, size int, now time.Time) Admission {
	switch {
	case under == v.Session:
		return Admits
	case under < v.Session && size > 0 && session.Believable(v.Session, now):
		return Late
	default:
		return Anew
	}
}

// Enter decides what is to be kept of the user who enters a room that Admits the entry.
// before is the member that is kept under that user, nil for none, trace the trace, and
// size as for Admit. A member who is there keeps place and level. A member whose time is up
// counts as new: it joins at the end, and may find the room full, which is TooMany and
// changes nothing.
func (v *Value) Enter(entry *members.Entry, before, trace *Member, size int, config *Config, now time.Time) (Member, error) {
	var one Member
	switch {
	case before != nil && !before.Gone(config, now):
		one = *before
	case config.MaxMembers > 0 && size >= config.MaxMembers:
		return one, full(config)
	default:
		one.Place = v.Next
		v.Next++
		// The trace has when a presence was heard last. Without it an older one, which is
		// still on its way, would be believed.
		if trace != nil {
			one.Heard = trace.Heard
		}
	}
	if entry.Level != nil {
		one.Level = *entry.Level
	}
	one.Seen, one.Told = now.UnixMilli(), false
	return one, nil
}

// Quits reports whether an exit is of the session that the room has; any other changes
// nothing: an app that is told late that a broadcast is over must not leave the next one.
func (v Value) Quits(under int64) bool { return under == v.Session }

// Quit decides what trace is left of the user who quits, nil for none. before and trace are
// as for Enter, traces is how many the room has.
func (v Value) Quit(exit *members.Exit, before, trace *Member, traces int, config *Config, now time.Time) *Member {
	switch {
	case !exit.Remember:
		return nil
	case before != nil && !before.Gone(config, now) && traces < MaxTraces:
		return &Member{Seen: now.UnixMilli(), Heard: before.Heard, Level: before.Level}
	case trace != nil:
		return &Member{Seen: now.UnixMilli(), Heard: trace.Heard, Level: trace.Level}
	default:
		return nil // whoever was not here leaves nothing, or strangers could fill the memory
	}
}

// Gone reports whether the time of a member is up. Readers ask it of every member they show;
// the sweep only frees what is gone.
func (m Member) Gone(config *Config, now time.Time) bool { return m.Due(config) <= now.UnixMilli() }

// Due is when the time of a member is up, in Unix milliseconds. The time to live is that
// of today, not of the day the member entered.
func (m Member) Due(config *Config) int64 { return m.Seen + config.MemberTTL.Milliseconds() }
