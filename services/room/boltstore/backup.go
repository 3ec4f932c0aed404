package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/services/room"
)

// Begin implements backup.File. While a transaction that may write lasts, every Enter and
// Quit waits.
func (s *Store) Begin(writable bool) (*bbolt.Tx, error) { return s.file.Begin(writable) }

// Export puts out one record for every member of each room's current session, those who
// have expired but are not swept yet too. What cannot be read is told of as damaged and
// left out.
func Export(tx *bbolt.Tx, out backup.Out) error {
	var name string
	var session int64 // of the room of that name; members of one room are side by side
	known := false
	return backup.Each(tx, memberBucket, func(key, raw []byte) error {
		its, under, place, ok := splitKey(key)
		if !ok {
			out.Damaged(fmt.Sprintf("member under the key %x", key), errors.New("damaged key"))
			return nil
		}
		if name != its || !known {
			name = its
			session, known = sessionOf(tx, its)
		}
		if !known || under != session {
			return nil // of a session that was replaced
		}
		one, err := decode(raw)
		if err != nil {
			out.Damaged(fmt.Sprintf("member at place %d of the room %q", place, name), err)
			return nil
		}
		return out.Put(room.Record{
			Room: name, Session: session, User: string(one.user), Nickname: string(one.nickname), HeadPic: string(one.headPic),
			Seen: one.seen, Place: place, Level: one.level,
		})
	})
}

// sessionOf returns the session of a room. ok is false for a room that has none, or a
// damaged one.
func sessionOf(tx *bbolt.Tx, name string) (session int64, ok bool) {
	raw := tx.Bucket(sessionBucket).Get([]byte(name))
	if len(raw) != 8 {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(raw)), true
}

// Import adds members. A record of another session than the room has takes the room over,
// as in a backup the later record holds. Members that this leaves without a session are
// deleted when the file is opened. It is safe to repeat.
func Import(tx *bbolt.Tx, records [][]byte) error {
	for _, name := range [][]byte{sessionBucket, memberBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	for _, raw := range records {
		var r room.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		key := members.Key{Name: r.Room, Session: r.Session}
		if session, ok := sessionOf(tx, r.Room); !ok || session != r.Session {
			if err := putSession(tx, key); err != nil {
				return err
			}
		}
		member := encode(r.Seen, r.Level, r.User, r.Nickname, r.HeadPic)
		if err := tx.Bucket(memberBucket).Put(memberKey(r.Room, r.Session, r.Place), member); err != nil {
			return fmt.Errorf("member %q of the room %q: %w", r.User, r.Room, err)
		}
	}
	return nil
}
