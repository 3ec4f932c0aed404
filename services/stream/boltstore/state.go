package boltstore

import (
	"cmp"

	"github.com/tidwall/btree"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// room is a live session in the list: what orders it, when it leaves, and its fence.
// Everything else is on disk, so that memory does not grow with the texts of a session. A room in a
// listing never changes; a new one takes its place.
type room struct {
	user      string
	timestamp int64 // Unix seconds
	alive     int64 // Unix milliseconds
	fence     streams.Fence
}

// recording is the same of a recording. Times are Unix seconds.
type recording struct {
	user, fileID string
	start, end   int64
}

// state is what is listed now. Sessions that are hidden or offline are not in it, so they
// cost no memory.
type state struct {
	live     listing[*room]
	fences   *btree.BTreeG[*room] // the same rooms, by their user
	recorded listing[*recording]
	bans     int // users that a ban is kept of
}

// newState returns a state with nothing listed.
func newState() *state {
	return &state{
		live:   newListing(byNewestRoom, func(r *room) int64 { return r.alive }),
		fences: newFences(),
		recorded: newListing(byNewestRecording, func(r *recording) int64 {
			return r.end * 1000
		}),
	}
}

// byNewestRoom is the order of the list: newest first, users of one second by their name.
func byNewestRoom(a, b *room) int {
	return cmp.Or(cmp.Compare(b.timestamp, a.timestamp), cmp.Compare(a.user, b.user))
}

// byNewestRecording is the same of recordings, by their start.
func byNewestRecording(a, b *recording) int {
	return cmp.Or(cmp.Compare(b.start, a.start), cmp.Compare(a.fileID, b.fileID), cmp.Compare(a.user, b.user))
}

// Clone implements boltfile.State. Trees are copied in constant time.
func (s *state) Clone() *state {
	return &state{live: s.live.clone(), fences: s.fences.Copy(), recorded: s.recorded.clone(), bans: s.bans}
}

// listed returns the row of a session, nil if it is offline and so not in the list.
func listed(a *stream.Current) *room {
	if !a.Session.Online {
		return nil
	}
	return &room{user: a.Session.User, timestamp: a.Session.Timestamp, alive: a.Alive, fence: fenceOf(a)}
}
