package boltstore

import (
	"encoding/binary"
	"math"

	"xiaozhibo.dev/services/stream"
)

// A bucket is in the order of its keys' bytes, and a cursor reads what stands side by side. So
// a key is made of what it is looked for by, in that order: numbers are 8 bytes big endian,
// which sort as numbers do, and a name that something follows has its length in front.

// waitKey returns the key that the record waits under: one byte for what it waits for, the
// moment since when, and the user. So those that wait for the same stand in the order of
// time, and the sweep reads only the first of them.
func (r *record) waitKey() []byte {
	return append(append([]byte(r.Wait), since(r.Moment)...), r.Session.User...)
}

// userPrefix begins every key of a user's recordings, files and past sessions. The
// length first keeps one user's keys from running into another's.
func userPrefix(user string) []byte {
	return append(binary.AppendUvarint(nil, uint64(len(user))), user...)
}

// splitUser takes a user's key apart: whose it is, and what follows userPrefix, which is a
// part of key. It is false for a key that is damaged.
func splitUser(key []byte) (user string, rest []byte, ok bool) {
	length, n := binary.Uvarint(key)
	if n <= 0 || uint64(len(key)-n) < length {
		return "", nil, false
	}
	end := n + int(length)
	return string(key[n:end]), key[end:], true
}

// pastKey is the key of the texts of an earlier session.
func pastKey(user string, session int64) []byte {
	return []byte(stream.SessionKey(user, session))
}

// endedKey orders the sessions that have ended, those of all users, the latest end first.
func endedKey(user string, at ending) []byte {
	return append(endedPrefix(at.ended), stream.SessionKey(user, at.session)...)
}

// endedPrefix begins the keys of all sessions that ended at a time, in Unix milliseconds. The
// time counts down, so that the latest end is the first key.
func endedPrefix(ended int64) []byte { return since(math.MaxInt64 - max(0, ended)) }

// splitEnded is the reverse of endedKey and pastKey. It is false for a key that is damaged.
func splitEnded(key []byte) (user string, at ending, ok bool) {
	if len(key) < 8 {
		return "", ending{}, false
	}
	user, session, ok := splitUser(key[8:])
	if !ok || len(session) != 8 {
		return "", ending{}, false
	}
	at.ended = math.MaxInt64 - int64(binary.BigEndian.Uint64(key))
	at.session = int64(binary.BigEndian.Uint64(session))
	return user, at, true
}

// fileUserPrefix begins the keys under which a file id leads to its users.
func fileUserPrefix(fileID string) []byte { return userPrefix(fileID) }

// fileUserKey is one of them.
func fileUserKey(fileID, user string) []byte { return append(fileUserPrefix(fileID), user...) }

// recordingKey is the key of a recording: it orders a user's recordings by start, in Unix
// seconds, then by file id. A negative start counts as 0, because it would sort behind all
// others.
func recordingKey(user string, start int64, fileID string) []byte {
	key := binary.BigEndian.AppendUint64(userPrefix(user), uint64(max(0, start)))
	return append(key, fileID...)
}

// fileKey is the key under which a file id of a user leads to its recording. One recording
// may have several.
func fileKey(user, fileID string) []byte { return append(userPrefix(user), fileID...) }

// splitFileKey is the reverse of fileKey, and of fileUserKey with the two changed. It is
// false for a key that is damaged.
func splitFileKey(key []byte) (user, fileID string, ok bool) {
	user, rest, ok := splitUser(key)
	return user, string(rest), ok
}

// endKey orders the recordings of all users by end, in Unix seconds, for the start to find
// those that are still listed.
func endKey(end int64, recordingKey []byte) []byte {
	return append(since(end), recordingKey...)
}

// splitEnd is the reverse of endKey. It is false for a key that is damaged.
func splitEnd(key []byte) (*recording, bool) {
	if len(key) < 8 {
		return nil, false
	}
	user, rest, ok := splitUser(key[8:])
	if !ok || len(rest) < 8 {
		return nil, false
	}
	end, start := int64(binary.BigEndian.Uint64(key)), int64(binary.BigEndian.Uint64(rest))
	return &recording{user: user, fileID: string(rest[8:]), start: start, end: end}, true
}

// splitWait takes a wait key apart: what is waited for, since when, and whose record.
// Such keys order the anchors that wait for the same by their moment.
func splitWait(key []byte) (at int64, user string, ok bool) {
	if len(key) < 9 {
		return 0, "", false
	}
	return int64(binary.BigEndian.Uint64(key[1:])), string(key[9:]), true
}

// since returns a time as 8 bytes that sort in the order of time. A moment before 1970
// counts as 1970: as a negative number it would sort behind all others.
func since(at int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(max(0, at))) }
