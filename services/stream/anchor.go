package stream

import (
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/stream"
)

const (
	maxDone = 64 // sequences remembered as over; the platform repeats for minutes
	maxPast = 64 // sessions remembered, for recordings that are announced late
)

// Anchor is all the stream service knows of one user. Times are Unix
// milliseconds by the store's clock, 0 for never, unless stated otherwise.
type Anchor struct {
	Room        stream.Room `json:"room"` // the current session
	Opened      int64       `json:"opened"`
	FirstOnline int64       `json:"first_online,omitempty"`
	SaidOnline  int64       `json:"said_online,omitempty"` // the anchor's latest word that he is online
	Due         int64       `json:"due"`                   // ends then by itself
	Ended       int64       `json:"ended,omitempty"`
	Left        int64       `json:"left,omitempty"` // the anchor's word that he is offline, until he is online again
	Push        LatestPush  `json:"push"`
	Done        []string    `json:"done,omitempty"` // sequences that are over, latest last
	Past        []Past      `json:"past,omitempty"` // earlier sessions, latest last
}

// LatestPush is the newest push the platform has told of. Over: the session has
// ended since, so this push speaks for it no more.
type LatestPush struct {
	Sequence string `json:"sequence,omitempty"`
	At       int64  `json:"at,omitempty"` // Unix seconds by the platform's clock
	Over     bool   `json:"over,omitempty"`
}

// Past is what a recording needs to know of a session that was replaced.
type Past struct {
	Opened  int64          `json:"opened"`
	Ended   int64          `json:"ended"`
	Title   string         `json:"title"`
	Profile stream.Profile `json:"profile"`
}

// Exists reports whether the user ever opened a session.
func (a *Anchor) Exists() bool { return a.Room.Session != 0 }

// Live reports whether the session has not ended. Call Settle first.
func (a *Anchor) Live() bool { return a.Exists() && a.Ended == 0 }

// Settle ends a session whose time has passed.
func (a *Anchor) Settle(now time.Time) {
	if a.Live() && a.Due <= now.UnixMilli() {
		a.end(a.Due)
	}
}

func (a *Anchor) end(at int64) {
	a.Ended = at
	a.Room.Online = false
	a.Push.Over = true
}

// goOnline lists the room, resuming a session that has ended.
func (a *Anchor) goOnline(now time.Time, ttl time.Duration) {
	if a.FirstOnline == 0 {
		a.FirstOnline = now.UnixMilli()
		a.Room.Timestamp = now.Unix()
	}
	a.Ended, a.Left = 0, 0
	a.Room.Online = true
	a.Due = now.Add(ttl).UnixMilli()
}

// begin replaces the session by a new one, hidden.
func (a *Anchor) begin(o stream.Opening, now time.Time, ttl, window time.Duration) {
	a.retire(now, window)
	a.finish(a.Push.Sequence)
	*a = Anchor{
		Room: stream.Room{
			User:      o.User,
			Group:     o.Group,
			Session:   max(now.UnixMilli(), a.Room.Session+1), // grows even if the clock is put back
			Timestamp: now.Unix(),
		},
		Opened: now.UnixMilli(),
		Due:    now.Add(ttl).UnixMilli(),
		Done:   a.Done,
		Past:   a.Past,
	}
	a.describe(o)
}

// describe takes over what may change within a session.
func (a *Anchor) describe(o stream.Opening) {
	a.Room.StreamID, a.Room.Title, a.Room.Profile = o.StreamID, o.Title, o.Profile
}

// retire remembers the current session if it was ever online, as long as its
// recordings can still be listed.
func (a *Anchor) retire(now time.Time, window time.Duration) {
	if a.FirstOnline != 0 {
		ended := a.Ended
		if ended == 0 {
			ended = now.UnixMilli()
		}
		a.Past = append(a.Past, Past{a.Opened, ended, a.Room.Title, a.Room.Profile})
	}
	forgotten := now.Add(-window).UnixMilli()
	a.Past = slices.DeleteFunc(a.Past, func(p Past) bool { return p.Ended < forgotten })
	a.Past = a.Past[max(0, len(a.Past)-maxPast):]
}

// finish remembers that a sequence is over.
func (a *Anchor) finish(sequence string) {
	if sequence == "" || slices.Contains(a.Done, sequence) {
		return
	}
	a.Done = append(a.Done, sequence)
	a.Done = a.Done[max(0, len(a.Done)-maxDone):]
}
