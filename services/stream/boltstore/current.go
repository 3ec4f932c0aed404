package boltstore

import "xiaozhibo.dev/services/stream"

// A current session is read for every row of a page and before every like, so it has a form
// of its own, see form.go.

// numbers and texts list the fields of a current session in their order. How many numbers
// there are stands before them, so that new ones go to the end. The user is the key that a
// session stands under.
func numbers(c *stream.Current) [8]*int64 {
	return [...]*int64{&c.Session.Number, &c.Session.Timestamp, &c.Opened, &c.FirstOnline, &c.Alive, &c.Ended, &c.Recorded, &c.Forbidden}
}

// texts lists the texts of a session in the order of the record. New ones go to the end.
func texts(c *stream.Current) [8]*string {
	session, profile := &c.Session, &c.Session.Profile
	return [...]*string{
		&session.StreamID, &session.Group, &session.Title,
		&profile.Nickname, &profile.HeadPic, &profile.FrontCover, &profile.Location, &profile.Desc,
	}
}

// appendCurrent writes a session in the form of a record behind what is there. Two bytes say
// whether it is online and how many numbers there are.
func appendCurrent(behind []byte, c *stream.Current) []byte {
	numbers, texts := numbers(c), texts(c)
	record, online := newForm(behind), byte(0)
	if c.Session.Online {
		online = 1
	}
	record.bytes = append(record.bytes, online, byte(len(numbers)))
	for _, number := range numbers {
		record.number(*number)
	}
	for _, text := range texts {
		record.text(*text)
	}
	return record.sealed()
}

// decodeCurrent reads it. A wrong checksum, or a length beyond the end, is ErrDamaged.
func decodeCurrent(user string, raw []byte) (c stream.Current, err error) {
	record, err := unseal(raw)
	if err != nil || len(record.rest) < 2 {
		return c, stream.ErrDamaged
	}
	c.Session.User, c.Session.Online = user, record.rest[0] == 1
	count := int(record.rest[1])
	record.rest = record.rest[2:]
	for i, number := range numbers(&c) {
		if i < count {
			*number = record.number()
		}
	}
	for _, text := range texts(&c) {
		*text = record.text()
	}
	return c, record.err()
}
