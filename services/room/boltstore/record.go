package boltstore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// record is a member in the file, where it is a checksum, then seen and level as varints,
// then the texts behind their lengths. The place is in the key. Its texts are good for as
// long as the transaction that they were read in.
type record struct {
	seen                    int64 // when the member last entered, Unix milliseconds
	level                   int32
	user, nickname, headPic []byte
}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errDamaged = errors.New("damaged")
)

// checksumSize is the length, in bytes, of the CRC-32C in front of a record.
const checksumSize = 4

// encode writes a record: checksum, seen in Unix milliseconds, level, and the three texts.
func encode[T string | []byte](seen int64, level int32, user, nickname, headPic T) []byte {
	size := checksumSize + 5*binary.MaxVarintLen64 + len(user) + len(nickname) + len(headPic)
	raw := make([]byte, checksumSize, size)
	raw = binary.AppendVarint(raw, seen)
	raw = binary.AppendVarint(raw, int64(level))
	for _, text := range [...]T{user, nickname, headPic} {
		raw = binary.AppendUvarint(raw, uint64(len(text)))
		raw = append(raw, text...)
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
	r.seen, r.level, rest = seen, int32(level), rest[n+m:]
	for _, text := range [...]*[]byte{&r.user, &r.nickname, &r.headPic} {
		length, n := binary.Uvarint(rest)
		if n <= 0 || length > uint64(len(rest)-n) {
			return r, errDamaged
		}
		*text, rest = rest[n:n+int(length)], rest[n+int(length):]
	}
	return r, nil
}
