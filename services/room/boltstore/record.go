package boltstore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"xiaozhibo.dev/services/room"
)

// record is a member in the file, where it is a checksum, then seen and level as varints,
// then the texts behind their lengths; then, of one whom a presence has told of, when that was
// heard as a varint, negative if a client's word came after it. The place is in the key. Its texts are good for as
// long as the transaction that they were read in.
type record struct {
	room.Member             // but for the place
	user, nickname, headPic []byte
}

var (
	// castagnoli is the table of CRC-32C, which processors compute by themselves.
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	// errDamaged says no more: whoever returns it names the key.
	errDamaged = errors.New("damaged")
)

// checksumSize is the length, in bytes, of the CRC-32C in front of a record.
const checksumSize = 4

// encode writes a record. It never fails. The numbers behind the texts are left out where no
// presence was heard, which is what records of an earlier version look like.
func encode[T string | []byte](m room.Member, user, nickname, headPic T) []byte {
	size := checksumSize + 6*binary.MaxVarintLen64 + len(user) + len(nickname) + len(headPic)
	raw := make([]byte, checksumSize, size)
	raw = binary.AppendVarint(raw, m.Seen)
	raw = binary.AppendVarint(raw, int64(m.Level))
	for _, text := range [...]T{user, nickname, headPic} {
		raw = binary.AppendUvarint(raw, uint64(len(text)))
		raw = append(raw, text...)
	}
	switch {
	case m.Heard != 0 && m.Told:
		raw = binary.AppendVarint(raw, m.Heard)
	case m.Heard != 0:
		raw = binary.AppendVarint(raw, -m.Heard)
	}
	binary.BigEndian.PutUint32(raw, crc32.Checksum(raw[checksumSize:], castagnoli))
	return raw
}

// decode reads a record. Its texts refer to raw. Anything that encode has not written is
// errDamaged, for its checksum or its lengths.
func decode(raw []byte) (r record, err error) {
	if len(raw) < checksumSize || binary.BigEndian.Uint32(raw) != crc32.Checksum(raw[checksumSize:], castagnoli) {
		return r, errDamaged
	}
	rest := raw[checksumSize:]
	seen, n := binary.Varint(rest)
	level, m := binary.Varint(rest[max(n, 0):])
	if n <= 0 || m <= 0 {
		return r, errDamaged
	}
	r.Seen, r.Level, rest = seen, int32(level), rest[n+m:]
	for _, text := range [...]*[]byte{&r.user, &r.nickname, &r.headPic} {
		length, n := binary.Uvarint(rest)
		if n <= 0 || length > uint64(len(rest)-n) {
			return r, errDamaged
		}
		*text, rest = rest[n:n+int(length)], rest[n+int(length):]
	}
	if len(rest) == 0 {
		return r, nil
	}
	if r.Heard, n = binary.Varint(rest); n <= 0 {
		return r, errDamaged
	}
	if r.Told = r.Heard > 0; !r.Told {
		r.Heard = -r.Heard
	}
	return r, nil
}
