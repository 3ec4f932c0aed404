package boltstore

import (
	"cmp"
	"time"

	"github.com/tidwall/btree"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/services/stream"
)

// entry is one anchor's current session in memory. It never changes: a new one
// takes its place.
type entry struct {
	room  api.Room
	due   int64 // Unix milliseconds
	ended bool
}

// state is the catalogue in memory: every anchor's session, and the recordings
// that are listed.
type state struct {
	rooms    *btree.Map[string, *entry]    // by user
	live     *btree.BTreeG[*entry]         // online, in the order of the list
	due      *btree.BTreeG[*entry]         // not ended, next to end first
	recorded *btree.BTreeG[*api.Recording] // in the window, in the order of the list
	leaving  *btree.BTreeG[*api.Recording] // the same, next to leave first
}

func newState() *state {
	return &state{
		rooms:    &btree.Map[string, *entry]{},
		live:     newTree(byNewestRoom),
		due:      newTree(byDue),
		recorded: newTree(byNewestRecording),
		leaving:  newTree(byEnd),
	}
}

func newTree[T any](compare func(a, b T) int) *btree.BTreeG[T] {
	// No locks: one writer owns a clone, readers have only committed trees.
	return btree.NewBTreeGOptions(func(a, b T) bool { return compare(a, b) < 0 }, btree.Options{NoLocks: true})
}

func byNewestRoom(a, b *entry) int {
	return cmp.Or(cmp.Compare(b.room.Timestamp, a.room.Timestamp), cmp.Compare(a.room.User, b.room.User))
}

func byDue(a, b *entry) int {
	return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.room.User, b.room.User))
}

func byNewestRecording(a, b *api.Recording) int {
	return cmp.Or(cmp.Compare(b.Start, a.Start), cmp.Compare(a.FileID, b.FileID), cmp.Compare(a.User, b.User))
}

func byEnd(a, b *api.Recording) int {
	return cmp.Or(cmp.Compare(a.End, b.End), byNewestRecording(a, b))
}

// Clone implements boltfile.State.
func (s *state) Clone() *state {
	return &state{s.rooms.Copy(), s.live.Copy(), s.due.Copy(), s.recorded.Copy(), s.leaving.Copy()}
}

func (s *state) putAnchor(a *stream.Anchor) {
	if before, ok := s.rooms.Get(a.Room.User); ok {
		s.live.Delete(before)
		s.due.Delete(before)
	}
	next := &entry{room: a.Room, due: a.Due, ended: !a.Live()}
	s.rooms.Set(a.Room.User, next)
	if next.ended {
		return
	}
	s.due.Set(next)
	if next.room.Online {
		s.live.Set(next)
	}
}

func (s *state) putRecording(r api.Recording) {
	s.recorded.Set(&r)
	s.leaving.Set(&r)
}

// room returns a copy of the user's session as it stands at now.
func (s *state) room(user string, now time.Time) *api.Room {
	found, ok := s.rooms.Get(user)
	if !ok {
		return nil
	}
	room := found.room
	room.Online = room.Online && found.due > now.UnixMilli()
	return &room
}

// firstDue returns the session that ends next if it is due by now.
func (s *state) firstDue(now time.Time) (*entry, bool) {
	first, ok := s.due.Min()
	return first, ok && first.due <= now.UnixMilli()
}

// firstLeaving returns the recording that leaves the window next if it has by now.
func (s *state) firstLeaving(now time.Time, window time.Duration) (*api.Recording, bool) {
	first, ok := s.leaving.Min()
	return first, ok && !listed(first, now, window)
}

func listed(r *api.Recording, now time.Time, window time.Duration) bool {
	return now.Sub(time.Unix(r.End, 0)) < window
}

// page cuts q out of the list; live rooms stand before recordings.
func (s *state) page(q api.Query) api.Page {
	var page api.Page
	offset, limit := q.Offset, q.Limit
	if q.Live {
		page.Total += s.live.Len()
		for _, e := range cut(s.live, offset, limit) {
			page.Rooms = append(page.Rooms, e.room)
		}
		offset, limit = max(0, offset-s.live.Len()), limit-len(page.Rooms)
	}
	if q.Recorded {
		page.Total += s.recorded.Len()
		for _, r := range cut(s.recorded, offset, limit) {
			page.Recordings = append(page.Recordings, *r)
		}
	}
	return page
}

func cut[T any](tree *btree.BTreeG[T], offset, limit int) []T {
	first, ok := tree.GetAt(offset)
	if !ok || limit <= 0 {
		return nil
	}
	rows := make([]T, 0, min(limit, tree.Len()-offset))
	tree.Ascend(first, func(row T) bool {
		rows = append(rows, row)
		return len(rows) < limit
	})
	return rows
}
