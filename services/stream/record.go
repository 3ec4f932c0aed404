package stream

import (
	"bytes"

	"xiaozhibo.dev/libs/api/streams"
)

// RecordFormat is that of Record. It grows with every change of what a field means
// and with every new field that must not be lost.
const RecordFormat = 1

// Record is all that belongs to one user in a backup, as of one moment. Or it is a
// stream id alone that leads to a user, besides that of the user's session.
type Record struct {
	User       string            `json:"user"`
	StreamID   string            `json:"stream_id,omitempty"` // not empty: all below are
	Anchor     *Anchor           `json:"anchor,omitempty"`    // nil: only recordings are kept
	Past       []PastRecord      `json:"past,omitempty"`
	Recordings []RecordingRecord `json:"recordings,omitempty"`
}

// sameUser is how a record begins that has all that belongs to a user.
var sameUser = []byte(`{"user":"`)

// Same returns the user of a record as it is written there, nil for a stream id alone. A
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
			if bytes.HasPrefix(user[end:], []byte(`","stream_id":`)) {
				return nil
			}
			return user[:end]
		}
	}
	return nil
}

// PastRecord is the texts of an earlier session.
type PastRecord struct {
	Session int64 `json:"session"`
	Texts
}

// RecordingRecord is a recording with all its file ids.
type RecordingRecord struct {
	streams.Recording
	Files []string `json:"files"`
}

// IDs are the file ids that the recording is found by, one at least.
func (r RecordingRecord) IDs() []string {
	if len(r.Files) == 0 {
		return []string{r.FileID}
	}
	return r.Files
}

// Put puts all of a record but a stream id into a store where nothing is kept of the
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
		for _, id := range recording.IDs() {
			if err := tx.PutRecording(recording.Recording, id); err != nil {
				return err
			}
		}
	}
	return nil
}
