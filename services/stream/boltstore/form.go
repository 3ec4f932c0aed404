package boltstore

import (
	"encoding/binary"
	"hash/crc32"

	"xiaozhibo.dev/services/stream"
)

// What is read or written for nearly every request has a form of its own, without names and
// without reflection: a checksum, then whole numbers as varints and texts behind their
// lengths. New fields go to the end: what is missing at the end of an older record is zero.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumSize is the length, in bytes, of the CRC-32C in front of a record.
const checksumSize = 4

// form is a record that is being written behind other bytes, from newForm to sealed.
type form struct {
	bytes []byte
	start int // of the record
}

// newForm begins a record behind what is there.
func newForm(behind []byte) form {
	return form{bytes: append(behind, make([]byte, checksumSize)...), start: len(behind)}
}

// number writes a whole number of any sign.
func (f *form) number(n int64) { f.bytes = binary.AppendVarint(f.bytes, n) }

// text writes any bytes, behind their length.
func (f *form) text(s string) {
	f.count(len(s))
	f.bytes = append(f.bytes, s...)
}

// flag writes a number, so that a reader of an older record finds no at its end.
func (f *form) flag(is bool) {
	n := int64(0)
	if is {
		n = 1
	}
	f.number(n)
}

// count writes how many of something follow.
func (f *form) count(n int) { f.bytes = binary.AppendUvarint(f.bytes, uint64(n)) }

// sealed puts the checksum in front of the record, and returns all bytes. Nothing can be
// added after it.
func (f *form) sealed() []byte {
	record := f.bytes[f.start:]
	binary.BigEndian.PutUint32(record, crc32.Checksum(record[checksumSize:], castagnoli))
	return f.bytes
}

// appendSealed writes bytes as they are behind what is there, with their checksum.
func appendSealed(behind, bytes []byte) []byte {
	record := newForm(behind)
	record.bytes = append(record.bytes, bytes...)
	return record.sealed()
}

// unsealed checks a record, and returns what stands behind its checksum.
func unsealed(raw []byte) ([]byte, error) {
	if len(raw) < checksumSize || binary.BigEndian.Uint32(raw) != crc32.Checksum(raw[checksumSize:], castagnoli) {
		return nil, stream.ErrDamaged
	}
	return raw[checksumSize:], nil
}

// reader reads a record from its front. damaged is set by what is not a whole field.
type reader struct {
	rest    string // the texts share one copy: the record is not ours for long
	damaged bool
}

// unseal checks a record and begins to read it behind its checksum.
func unseal(raw []byte) (*reader, error) {
	bytes, err := unsealed(raw)
	if err != nil {
		return nil, err
	}
	return &reader{rest: string(bytes)}, nil
}

// number reads the next field, 0 at the end of the record.
func (r *reader) number() int64 {
	u := r.length()
	return int64(u>>1) ^ -int64(u&1) // as binary.Varint undoes it
}

// length reads a number without a sign.
func (r *reader) length() (u uint64) {
	if r.rest == "" {
		return 0
	}
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		u |= uint64(r.rest[i]&0x7f) << (7 * i)
		if r.rest[i] < 0x80 {
			r.rest = r.rest[i+1:]
			return u
		}
	}
	r.damaged, r.rest = true, ""
	return 0
}

// flag reads the next field, false at the end of the record.
func (r *reader) flag() bool { return r.number() != 0 }

// text reads the next field, "" at the end of the record.
func (r *reader) text() string {
	length := r.length()
	if length > uint64(len(r.rest)) {
		r.damaged, r.rest = true, ""
		return ""
	}
	text := r.rest[:length]
	r.rest = r.rest[length:]
	return text
}

// count reads how many of something follow, each of which takes a byte at least. More than the
// record has bytes is damage: no broken number allocates memory.
func (r *reader) count() int {
	n := r.length()
	if n > uint64(len(r.rest)) {
		r.damaged, r.rest = true, ""
		return 0
	}
	return int(n)
}

// err is ErrDamaged if something was not a whole field.
func (r *reader) err() error {
	if r.damaged {
		return stream.ErrDamaged
	}
	return nil
}
