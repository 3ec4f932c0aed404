package boltstore

import (
	"encoding/binary"
	"hash/crc32"

	"xiaozhibo.dev/services/stream"
)

// A current session is read for nearly every request, so it has a form of its own: a
// checksum, then whole numbers as varints, then texts behind their lengths. The user
// is the key it stands under.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumSize is the length, in bytes, of the CRC-32C in front of a record.
const checksumSize = 4

// numbers and texts list the fields in their order. New ones go to the end: what is
// missing at the end of an older record is zero.
func numbers(c *stream.Current) []*int64 {
	return []*int64{&c.Session.Number, &c.Session.Timestamp, &c.Opened, &c.FirstOnline, &c.Alive, &c.Ended, &c.Recorded, &c.Forbidden}
}

// texts lists the texts of a session in the order of the record. New ones go to the end.
func texts(c *stream.Current) []*string {
	session, profile := &c.Session, &c.Session.Profile
	return []*string{
		&session.StreamID, &session.Group, &session.Title,
		&profile.Nickname, &profile.HeadPic, &profile.FrontCover, &profile.Location, &profile.Desc,
	}
}

// encodeCurrent writes a session in the form of a record.
func encodeCurrent(c *stream.Current) []byte {
	online := byte(0)
	if c.Session.Online {
		online = 1
	}
	fields := numbers(c)
	raw := append(make([]byte, checksumSize), online, byte(len(fields)))
	for _, number := range fields {
		raw = binary.AppendVarint(raw, *number)
	}
	for _, text := range texts(c) {
		raw = binary.AppendUvarint(raw, uint64(len(*text)))
		raw = append(raw, *text...)
	}
	binary.BigEndian.PutUint32(raw, crc32.Checksum(raw[checksumSize:], castagnoli))
	return raw
}

// decodeCurrent reads it. A wrong checksum, or a length beyond the end, is ErrDamaged.
func decodeCurrent(user string, raw []byte) (c stream.Current, err error) {
	if len(raw) < checksumSize+2 || binary.BigEndian.Uint32(raw) != crc32.Checksum(raw[checksumSize:], castagnoli) {
		return c, stream.ErrDamaged
	}
	c.Session.User, c.Session.Online = user, raw[checksumSize] == 1
	count, rest := int(raw[checksumSize+1]), raw[checksumSize+2:]
	for i, number := range numbers(&c) {
		if i == count {
			break
		}
		value, n := binary.Varint(rest)
		if n <= 0 {
			return c, stream.ErrDamaged
		}
		*number, rest = value, rest[n:]
	}
	all := string(rest) // the texts share one copy: raw is not ours for long
	for _, text := range texts(&c) {
		if len(rest) == 0 {
			break
		}
		length, n := binary.Uvarint(rest)
		if n <= 0 || length > uint64(len(rest)-n) {
			return c, stream.ErrDamaged
		}
		begin := len(all) - len(rest) + n
		*text, rest = all[begin:begin+int(length)], rest[n+int(length):]
	}
	return c, nil
}
