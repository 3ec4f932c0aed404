package boltstore

import "encoding/binary"

// placeSize is the length of a place, big endian, with which a member's key ends: members
// of a session stand in the file as they came.
const placeSize = 8

// keyPrefix returns the beginning of the keys of a session's members: the length of the
// room's name, the name, the session. Without the length in front, the keys of the room
// "a" could lie among those of the room "ab".
func keyPrefix(name string, session int64) []byte {
	key := make([]byte, 0, binary.MaxVarintLen16+len(name)+8+placeSize)
	key = binary.AppendUvarint(key, uint64(len(name)))
	key = append(key, name...)
	return binary.BigEndian.AppendUint64(key, uint64(session))
}

// memberKey returns the key of a member: its session's prefix, then its place. Big endian
// numbers sort as bytes in their own order, so a cursor meets members in the order in
// which they joined.
func memberKey(name string, session int64, place uint64) []byte {
	return binary.BigEndian.AppendUint64(keyPrefix(name, session), place)
}

// splitPrefix divides a key behind its prefix. ok is false if it has none. Both parts
// refer to key.
func splitPrefix(key []byte) (prefix, rest []byte, ok bool) {
	length, n := binary.Uvarint(key)
	if n <= 0 || len(key)-n < 8 || uint64(len(key)-n-8) < length {
		return nil, nil, false
	}
	end := n + int(length) + 8
	return key[:end:end], key[end:], true
}

// splitKey is the reverse of memberKey. ok is false for any other key.
func splitKey(key []byte) (name string, session int64, place uint64, ok bool) {
	prefix, rest, ok := splitPrefix(key)
	if !ok || len(rest) != placeSize {
		return "", 0, 0, false
	}
	name, session = splitName(prefix)
	return name, session, binary.BigEndian.Uint64(rest), true
}

// splitName is the reverse of keyPrefix.
func splitName(prefix []byte) (name string, session int64) {
	_, n := binary.Uvarint(prefix)
	end := len(prefix) - 8
	return string(prefix[n:end]), int64(binary.BigEndian.Uint64(prefix[end:]))
}
