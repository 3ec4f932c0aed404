package boltstore

import (
	"context"
	"strings"

	"github.com/tidwall/btree"
	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
)

// Fences implements stream.Store. A room in the list has its fence in memory: likes, entries
// and pages of members ask for little else. Other sessions are read from the file.
func (s *Store) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	st, now := s.file.State(), s.now()
	fences := make([]combine.Result[streams.Fence], len(users))
	for i, user := range users {
		if row := st.fence(user); row != nil && row.alive+s.config.LiveTTL.Milliseconds() > now.UnixMilli() {
			fences[i].Value = row.fence
			fences[i].Value.Bans = st.bans > 0
		} else {
			fences[i] = streams.FencesOf(s.Sessions(ctx, []string{user}))[0]
		}
	}
	return fences
}

// byUser is the order in which rooms are found by their user.
func byUser(a, b *room) bool { return a.user < b.user }

// newFences returns an empty tree.
func newFences() *btree.BTreeG[*room] {
	return btree.NewBTreeGOptions(byUser, btree.Options{NoLocks: true})
}

// fence returns the room of a user if it is in the list and has a fence, else nil.
func (s *state) fence(user string) *room {
	row, listed := s.fences.Get(&room{user: user})
	if !listed || row.fence.Number == 0 {
		return nil
	}
	return row
}

// show puts a room in the list.
func (s *state) show(row *room) {
	s.live.put(row)
	s.fences.Set(row)
}

// hide takes a room out of the list.
func (s *state) hide(row *room) {
	s.live.remove(row)
	s.fences.Delete(row)
}

// readFence returns the fence of a room that is listed at the start. A record that cannot
// be read has no fence: whoever asks for it is told by the file what is wrong.
func readFence(bolt *bbolt.Tx, user string) streams.Fence {
	current, err := getCurrent(bolt, user)
	if err != nil || current == nil {
		return streams.Fence{}
	}
	return fenceOf(current)
}

// fenceOf returns the fence of a session that is listed. Its group is a copy, as the text
// of the record holds all others too.
func fenceOf(current *stream.Current) streams.Fence {
	return streams.Fence{Number: current.Session.Number, Group: strings.Clone(current.Session.Group)}
}
