package boltstore

import (
	"cmp"

	"xiaozhibo.dev/services/stream"
)

// session is a live session in the list: what orders it, and when it leaves. Everything
// else is on disk, so that the memory of a session does not grow with its texts.
type room struct {
	user      string
	timestamp int64 // Unix seconds
	alive     int64 // Unix milliseconds
}

// recording is the same of a recording. Times are Unix seconds.
type recording struct {
	user, fileID string
	start, end   int64
}

// state is what is listed now.
type state struct {
	live     listing[*room]
	recorded listing[*recording]
}

func newState() *state {
	return &state{
		live: newListing(byNewestRoom, func(r *room) int64 { return r.alive }),
		recorded: newListing(byNewestRecording, func(r *recording) int64 {
			return r.end * 1000
		}),
	}
}

func byNewestRoom(a, b *room) int {
	return cmp.Or(cmp.Compare(b.timestamp, a.timestamp), cmp.Compare(a.user, b.user))
}

func byNewestRecording(a, b *recording) int {
	return cmp.Or(cmp.Compare(b.start, a.start), cmp.Compare(a.fileID, b.fileID), cmp.Compare(a.user, b.user))
}

// Clone implements boltfile.State.
func (s *state) Clone() *state {
	return &state{live: s.live.clone(), recorded: s.recorded.clone()}
}

// listed returns the row of an anchor, nil if it is not in the list.
func listed(a *stream.Current) *room {
	if !a.Session.Online {
		return nil
	}
	return &room{user: a.Session.User, timestamp: a.Session.Timestamp, alive: a.Alive}
}
