package stream

import (
	"bytes"
	"encoding/json"
	"slices"

	"xiaozhibo.dev/libs/api/streams"
)

// RecordFormat is that of Record. It grows with every change of what a field means
// and with every new field that must not be lost. A restore refuses records of a higher
// format than its own.
const RecordFormat = 2

// Record is all that belongs to one user in a backup, as of one moment. Or it is one of
// these alone: a stream id that leads to a user, besides that of the user's session; a
// session that has ended; a ban; a bookmark, which is nobody's; a change of the log.
type Record struct {
	User       string            `json:"user"`
	StreamID   string            `json:"stream_id,omitempty"` // not empty: all below are
	Anchor     *Anchor           `json:"anchor,omitempty"`    // nil: only recordings are kept
	Past       []PastRecord      `json:"past,omitempty"`
	Recordings []Recording       `json:"recordings,omitempty"`
	Ended      *Ended            `json:"ended,omitempty"`
	Ban        *streams.Ban      `json:"ban,omitempty"`
	Bookmark   *streams.Bookmark `json:"bookmark,omitempty"`
	Change     *streams.Change   `json:"change,omitempty"` // with its number; they come in order
}

// sameUser is how a record begins that has all that belongs to a user, and alone how one
// goes on that has not.
var (
	sameUser = []byte(`{"user":"`)
	alone    = [][]byte{[]byte(`","stream_id":`), []byte(`","ended":`), []byte(`","ban":`), []byte(`","bookmark":`), []byte(`","change":`)}
)

// Same returns the user of a record as it is written there, nil for what stands alone. A
// later record of the user is put in place of an earlier one, whose waits it takes back.
func Same(record []byte) []byte {
	user, is := bytes.CutPrefix(record, sameUser)
	if !is {
		return nil
	}
	for end := 0; end < len(user); end++ {
		switch user[end] {
		case '\\':
			end++
		case '"':
			if slices.ContainsFunc(alone, func(next []byte) bool { return bytes.HasPrefix(user[end:], next) }) {
				return nil
			}
			return user[:end]
		}
	}
	return nil
}

// PastRecord is the texts of an earlier session, by its number.
type PastRecord struct {
	Session int64 `json:"session"`
	Texts
}

// Put puts all of a record but a stream id, a bookmark or a change into a store where nothing is kept of the
// user. PutAnchor must keep the stream id of the anchor.
func (r Record) Put(tx Tx) error {
	if r.Anchor != nil {
		if err := tx.PutAnchor(*r.Anchor); err != nil {
			return err
		}
	}
	for _, past := range r.Past {
		if err := tx.PutPast(past.Session, past.Texts); err != nil {
			return err
		}
	}
	for _, recording := range r.Recordings {
		for _, file := range recording.Known() {
			if err := tx.PutRecording(recording, file.ID); err != nil {
				return err
			}
		}
	}
	if r.Ended != nil {
		if err := tx.PutSummary(*r.Ended); err != nil {
			return err
		}
	}
	if r.Ban != nil {
		return tx.PutBan(r.Ban)
	}
	return nil
}

// EndedRecord makes a record of a session that has ended, as a store keeps it in JSON.
func EndedRecord(raw []byte) (r Record, err error) {
	r.Ended = &Ended{}
	err = json.Unmarshal(raw, r.Ended)
	r.User = r.Ended.User
	return r, err
}

// BanRecord is that of a ban.
func BanRecord(raw []byte) (r Record, err error) {
	r.Ban = &streams.Ban{}
	err = json.Unmarshal(raw, r.Ban)
	r.User = r.Ban.User
	return r, err
}

// BookmarkRecord is that of a bookmark.
func BookmarkRecord(raw []byte) (r Record, err error) {
	r.Bookmark = &streams.Bookmark{}
	return r, json.Unmarshal(raw, r.Bookmark)
}

// ChangeRecord is that of a change.
func ChangeRecord(change streams.Change) Record { return Record{User: change.User, Change: &change} }
