package boltstore

import (
	"encoding/binary"

	"github.com/tidwall/btree"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/services/room"
)

// state is every room in memory.
type state struct {
	config  room.Config
	rooms   *btree.Map[string, *memberSet]
	garbage *btree.Set[string] // key prefixes of replaced sessions, still in the file
	owned   map[string]bool
}

func newState(config room.Config) *state {
	return &state{config, &btree.Map[string, *memberSet]{}, &btree.Set[string]{}, map[string]bool{}}
}

// Clone implements boltfile.State.
func (s *state) Clone() *state {
	return &state{s.config, s.rooms.Copy(), s.garbage.Copy(), map[string]bool{}}
}

// own returns the room for changing, cloned once a batch.
func (s *state) own(name string) (*memberSet, bool) {
	m, ok := s.rooms.Get(name)
	if ok && !s.owned[name] {
		m = m.clone()
		s.rooms.Set(name, m)
		s.owned[name] = true
	}
	return m, ok
}

// members returns the room under key's session, nil if there is none. Some may be
// due: no read waits until they are gone from the file.
func (s *state) members(key members.Key) *memberSet {
	m, ok := s.rooms.Get(key.Name)
	if !ok || m.session != key.Session {
		return nil
	}
	return m
}

// begin puts an empty room under session in the place of any other.
func (s *state) begin(name string, session int64) *memberSet {
	if before, ok := s.rooms.Get(name); ok {
		s.garbage.Insert(string(keyPrefix(name, before.session)))
	}
	m := newMembers(session, s.config.MemberOrder)
	s.rooms.Set(name, m)
	s.owned[name] = true
	return m
}

// keyPrefix is what the keys of a session's members begin with; the user id
// follows. The length first keeps one room's keys from running into another's.
func keyPrefix(name string, session int64) []byte {
	key := binary.AppendUvarint(nil, uint64(len(name)))
	key = append(key, name...)
	return binary.BigEndian.AppendUint64(key, uint64(session))
}

func memberKey(name string, session int64, user string) []byte {
	return append(keyPrefix(name, session), user...)
}

// splitKey is the reverse of memberKey.
func splitKey(key []byte) (name string, session int64, user string, ok bool) {
	length, n := binary.Uvarint(key)
	if n <= 0 || uint64(len(key)-n) < length+8 {
		return "", 0, "", false
	}
	rest := key[n:]
	name, rest = string(rest[:length]), rest[length:]
	return name, int64(binary.BigEndian.Uint64(rest)), string(rest[8:]), true
}
