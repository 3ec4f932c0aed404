package redisstore

import (
	"encoding/binary"
	"strings"

	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// kind is that of all keys.
const kind = "stream"

// keys are the names of all keys. They share a hash slot. "rooms" and "anchors" are the two
// halves of stream.Anchor: each page reads the one, only changes read the other.
type keys struct {
	rooms      string // hash: user → entry
	anchors    string // hash: user → stream.History as JSON
	streams    string // hash: stream id → user
	past       string // hash: pastField → stream.Texts as JSON
	live       string // sorted set of the users that are online: -timestamp
	alive      string // the same users: when they were last shown alive, milliseconds
	hidden     string // sorted set of users whose session was never online: when it was opened, milliseconds
	over       string // sorted set of the other users: since when they wait to be forgotten, milliseconds
	recordings string // hash: recording id → row as JSON
	files      string // hash: fileKey, of every file id → recording id
	starts     string // sorted set of startKey, in the order of bytes
	recorded   string // sorted set of the ids of listed recordings: -start
	leaving    string // the same ids: end
	fileUsers  string // sorted set of fileUserKey, of every file id, in the order of bytes
	summaries  string // hash: pastField → stream.Ended as JSON
	sessions   string // sorted set of their pastFields, in the order of bytes
	ended      string // the same: -ended, milliseconds
	changes    string // stream: number-0 → change, see changes.go
	journal    string // hash: "changed" → the number of the latest change; "indexed" → 1 once fileUsers is whole
	bans       string // hash: user → streams.Ban as JSON
	banned     string // sorted set of the same users, in the order of bytes
	bookmarks  string // hash: name → streams.Bookmark as JSON
	leases     string // hash: name → until, milliseconds, blank, holder
}

// newKeys names the keys. They have the tag "catalogue", so that they share a hash slot and
// one script can change them together.
func newKeys(db *redisdb.DB) keys {
	key := func(part string) string { return db.Key(kind, "catalogue", ":"+part) }
	return keys{
		rooms: key("rooms"), anchors: key("anchors"), streams: key("streams"), past: key("past"),
		live: key("live"), alive: key("alive"), hidden: key("hidden"), over: key("over"),
		recordings: key("recordings"), files: key("files"), starts: key("starts"),
		recorded: key("recorded"), leaving: key("leaving"), fileUsers: key("fileusers"),
		summaries: key("summaries"), sessions: key("sessions"), ended: key("ended"),
		changes: key("changes"), journal: key("journal"),
		bans: key("bans"), banned: key("banned"), bookmarks: key("bookmarks"), leases: key("leases"),
	}
}

// all is what a commit may write, in the order that commit.lua takes it in.
func (k keys) all() []string {
	return []string{
		k.rooms, k.anchors, k.streams, k.past, k.live, k.alive, k.hidden, k.over,
		k.recordings, k.files, k.starts, k.recorded, k.leaving,
		k.fileUsers, k.summaries, k.sessions, k.ended, k.changes, k.journal, k.bans, k.banned,
	}
}

// recordingID orders recordings of one start by file id, then by user. A sorted set orders
// members of one score by their bytes, so the file id stands in front; the zero byte ends it
// below every other byte, and so "a" of any user comes before "ab".
func recordingID(user, fileID string) string { return ordered(fileID) + "\x00" + user }

// ordered keeps the zero byte out of a text, because that ends the file id in a recording id.
// The order of texts stays as it is.
func ordered(text string) string {
	return strings.NewReplacer("\x00", "\x01\x01", "\x01", "\x01\x02").Replace(text)
}

// userPrefix begins every key of a user's files, starts and past. The length first
// keeps one user's keys from running into another's.
func userPrefix(user string) string {
	return string(binary.AppendUvarint(nil, uint64(len(user)))) + user
}

// fileKey is what a file id of a user is found by.
func fileKey(user, fileID string) string { return userPrefix(user) + fileID }

// startKey orders a user's recordings by start, which is never negative: as eight bytes, the
// highest first, numbers have the order of bytes.
func startKey(user string, start int64, fileID string) string {
	return userPrefix(user) + string(binary.BigEndian.AppendUint64(nil, uint64(max(0, start)))) + fileID
}

// pastField names the texts of an earlier session, and its summary. It has the order of numbers
// within a user, for which see stream.SessionKey.
func pastField(user string, session int64) string { return stream.SessionKey(user, session) }

// fileUserKey is a key under which a file id leads to one of its users. The file id stands in the
// place of the user, so all users of one file id stand together.
func fileUserKey(fileID, user string) string { return userPrefix(fileID) + user }

// splitFileKey is the reverse of fileKey. It is false for a key that is damaged.
func splitFileKey(key string) (user, fileID string, ok bool) {
	length, n := binary.Uvarint([]byte(key))
	if n <= 0 || uint64(len(key)-n) < length {
		return "", "", false
	}
	return key[n : n+int(length)], key[n+int(length):], true
}

// splitRecordingID is the reverse of recordingID.
func splitRecordingID(id string) (user, fileID string) {
	fileID, user, _ = strings.Cut(id, "\x00")
	return user, strings.NewReplacer("\x01\x01", "\x00", "\x01\x02", "\x01").Replace(fileID)
}

// fileOfStart is the file id in one of the user's start keys.
func fileOfStart(user, key string) string { return key[len(userPrefix(user))+8:] }
