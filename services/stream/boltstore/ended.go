package boltstore

import (
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// encodeEnded writes a session that has ended in the form of a record. Whose it is, its number
// and its end stand in its key. decodeEnded reads the same fields in the same order; a new one
// goes to the end of both.
func encodeEnded(e *stream.Ended) []byte {
	const most = 64 // bytes of all that is no text
	record := newForm(make([]byte, 0, most+len(e.Group)+len(e.Title)+len(e.Story.Lines)))
	record.text(e.Group)
	record.text(e.Title)
	for _, n := range []int64{e.Opened, e.Began, int64(e.Recordings), int64(e.Story.Dropped)} {
		record.number(n)
	}
	record.text(string(e.Reason))
	record.text(e.Story.Lines)
	return record.sealed()
}

// decodeEnded reads it, with its key. What is not whole is ErrDamaged.
func decodeEnded(key, raw []byte) (e stream.Ended, err error) {
	user, at, ok := splitEnded(key)
	if !ok {
		return e, stream.ErrDamaged
	}
	record, err := unseal(raw)
	if err != nil {
		return e, err
	}
	e.User, e.Session, e.Ended = user, at.session, at.ended
	e.Group, e.Title, e.Opened, e.Began = record.text(), record.text(), record.number(), record.number()
	e.Recordings, e.Story.Dropped = int(record.number()), int(record.number())
	e.Reason, e.Story.Lines = streams.Reason(record.text()), record.text()
	return e, record.err()
}
