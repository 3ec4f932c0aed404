package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream"
)

// All that an opening changes of a user stands under one key, so a commit writes one page for
// it. Each part has a checksum of its own: a page of the list reads the session alone, and a
// part that is damaged takes no other with it.

// userValue is what stands under a user, its parts as they are encoded. A part that is not
// kept is empty: of a user who is forgotten only the endings stay, until their time is over.
type userValue struct {
	session []byte // see appendCurrent
	history []byte // see appendHistory
	endings []byte // see endings, sealed
}

// valueHeader is the length of what stands before the parts: the lengths of the first two, 4
// bytes big endian each.
const valueHeader = 8

// splitValue takes a value apart; nil is the zero one. A length beyond the end is ErrDamaged.
func splitValue(raw []byte) (v userValue, err error) {
	if raw == nil {
		return v, nil
	}
	if len(raw) < valueHeader {
		return v, stream.ErrDamaged
	}
	session, history := uint64(binary.BigEndian.Uint32(raw)), uint64(binary.BigEndian.Uint32(raw[4:]))
	if raw = raw[valueHeader:]; session+history > uint64(len(raw)) {
		return v, stream.ErrDamaged
	}
	v.session, raw = raw[:session], raw[session:]
	v.history, v.endings = raw[:history], raw[history:]
	return v, nil
}

// withHeader writes the lengths into the room in front of a value, where session and history
// end in it. A value without parts is nil.
func withHeader(raw []byte, session, history int) []byte {
	if len(raw) == valueHeader {
		return nil
	}
	binary.BigEndian.PutUint32(raw, uint32(session-valueHeader))
	binary.BigEndian.PutUint32(raw[4:], uint32(history-session))
	return raw
}

// encode is the reverse of splitValue.
func (v userValue) encode() []byte {
	raw := append(make([]byte, valueHeader), v.session...)
	session := len(raw)
	raw = append(raw, v.history...)
	history := len(raw)
	return withHeader(append(raw, v.endings...), session, history)
}

// getValue reads what is kept of a user, the zero value if nothing is. It is good as long as
// the transaction.
func getValue(bolt *bbolt.Tx, user string) (userValue, error) {
	v, err := splitValue(bolt.Bucket(userBucket).Get([]byte(user)))
	if err != nil {
		return v, fmt.Errorf("user %q is %w", user, err)
	}
	return v, nil
}

// putValue keeps a value that is encoded, which is bbolt's from now on; nil is deleted.
func putValue(bolt *bbolt.Tx, user string, raw []byte) error {
	if raw == nil {
		return bolt.Bucket(userBucket).Delete([]byte(user))
	}
	return bolt.Bucket(userBucket).Put([]byte(user), raw)
}

// current reads the session, nil if none is kept.
func (v userValue) current(user string) (*stream.Current, error) {
	if len(v.session) == 0 {
		return nil, nil
	}
	current, err := decodeCurrent(user, v.session)
	if err != nil {
		return nil, fmt.Errorf("the room of %q is %w", user, err)
	}
	return &current, nil
}

// record reads session and history, a zero record if no session is kept. Without its history
// a session is damaged.
func (v userValue) record(user string) (found record, err error) {
	current, err := v.current(user)
	if err != nil || current == nil {
		return found, err
	}
	found.Current = *current
	if found.history, err = decodeHistory(v.history); err != nil {
		return record{}, fmt.Errorf("anchor %q is %w", user, err)
	}
	return found, nil
}

// list reads the endings. A list that cannot be read is empty.
func (v userValue) list() endings {
	list, err := decodeEndings(v.endings)
	if err != nil {
		return nil
	}
	return list
}

// Join makes one value of what two parts of a restore have of a user. One may have the session
// and the other the endings, as they come in records of their own. Of what both have, that of
// the later part stays, as it does in all other buckets.
func Join(bucket, before, after []byte) []byte {
	if !bytes.Equal(bucket, userBucket) {
		return after
	}
	older, err := splitValue(before)
	if err != nil {
		return after
	}
	newer, err := splitValue(after)
	if err != nil {
		return after
	}
	if len(newer.session) == 0 {
		newer.session, newer.history = older.session, older.history
	}
	all := older.list()
	for one := range newer.list().all() {
		all = all.with(one)
	}
	if newer.endings = nil; len(all) > 0 {
		newer.endings = appendSealed(nil, all)
	}
	return newer.encode()
}
