package boltstore

import (
	"github.com/tidwall/btree"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/services/room"
)

// state is every room in memory. owned names the rooms that the current batch has cloned
// and may change; all others are shared with readers.
type state struct {
	config  *room.Config
	rooms   *btree.Map[string, *memberSet]
	garbage *btree.Set[string] // key prefixes of replaced sessions, still in the file
	owned   map[string]bool
}

// newState is one without rooms.
func newState(config room.Config) *state {
	return &state{&config, &btree.Map[string, *memberSet]{}, &btree.Set[string]{}, map[string]bool{}}
}

// Clone implements boltfile.State. It copies two trees in constant time; the rooms in them are
// shared until own clones one.
func (s *state) Clone() *state {
	return &state{s.config, s.rooms.Copy(), s.garbage.Copy(), map[string]bool{}}
}

// own returns the room for changing. It is cloned at its first change in a batch, and
// readers keep the one before until the commit. ok is false if there is no such room.
func (s *state) own(name string) (*memberSet, bool) {
	m, ok := s.rooms.Get(name)
	if ok && !s.owned[name] {
		m = m.clone()
		s.rooms.Set(name, m)
		s.owned[name] = true
	}
	return m, ok
}

// members returns the room if its session is that of key, else nil: to every other session
// the room is empty. Some members may be due; no read waits until they are gone from the
// file.
func (s *state) members(key members.Key) *memberSet {
	m, ok := s.rooms.Get(key.Name)
	if !ok || m.Session != key.Session {
		return nil
	}
	return m
}

// begin makes an empty room under session. Records of the session before are noted as
// garbage for the sweep: to delete a million members here would hold up everybody.
func (s *state) begin(name string, session int64) *memberSet {
	if before, ok := s.rooms.Get(name); ok {
		s.garbage.Insert(string(keyPrefix(name, before.Session)))
	}
	m := newMembers(session, s.config)
	s.rooms.Set(name, m)
	s.owned[name] = true
	return m
}
