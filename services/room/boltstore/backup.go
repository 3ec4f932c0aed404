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
// have expired but are not swept yet too, then traces and audiences. A record that cannot
// be read is reported as damaged and left out.
func Export(tx *bbolt.Tx, out backup.Out) error {
	if err := exportMembers(tx, out); err != nil {
		return err
	}
	if err := exportTraces(tx, out); err != nil {
		return err
	}
	return exportAudiences(tx, out)
}

// exportMembers reads the session of a room once, at its first member.
func exportMembers(tx *bbolt.Tx, out backup.Out) error {
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
			Seen: one.Seen, Place: place, Level: one.Level, Heard: one.Heard, Told: one.Told,
		})
	})
}

// exportTraces leaves out traces of sessions that were replaced.
func exportTraces(tx *bbolt.Tx, out backup.Out) error {
	return backup.Each(tx, traceBucket, func(key, raw []byte) error {
		name, session, user, ok := splitTrace(key)
		one, err := decode(raw)
		if !ok || err != nil {
			out.Damaged(fmt.Sprintf("trace under the key %x", key), errDamaged)
			return nil //nolint:nilerr // it is left out
		}
		if its, known := sessionOf(tx, name); !known || its != session {
			return nil
		}
		return out.Put(room.Record{
			Room: name, Session: session, User: user, Nickname: string(one.nickname), HeadPic: string(one.headPic),
			Seen: one.Seen, Level: one.Level, Heard: one.Heard, Told: one.Told, Left: true,
		})
	})
}

// exportAudiences gives those of past sessions too, which are the reason to keep any.
func exportAudiences(tx *bbolt.Tx, out backup.Out) error {
	return backup.Each(tx, audienceBucket, func(key, raw []byte) error {
		prefix, rest, ok := splitPrefix(key)
		one, err := decodeCame(raw)
		if !ok || len(rest) > 0 || err != nil {
			out.Damaged(fmt.Sprintf("audience under the key %x", key), errDamaged)
			return nil //nolint:nilerr // it is left out
		}
		name, session := splitName(prefix)
		return out.Put(room.Record{Room: name, Session: session, Audience: &room.AudienceRecord{Peak: one.Peak, Joined: one.Joined, At: one.at}})
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

// Import adds what records say. A record of another session than the room has takes the room over,
// as in a backup the later record holds. Members that this leaves without a session are
// deleted when the file is opened. It is safe to repeat.
func Import(tx *bbolt.Tx, records [][]byte) error {
	if err := createBuckets(tx); err != nil {
		return err
	}
	for _, raw := range records {
		var r room.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		if a := r.Audience; a != nil {
			raw := came{members.Audience{Peak: a.Peak, Joined: a.Joined}, a.At}.encode()
			if err := tx.Bucket(audienceBucket).Put(keyPrefix(r.Room, r.Session), raw); err != nil {
				return fmt.Errorf("audience of the room %q: %w", r.Room, err)
			}
			continue
		}
		key := members.Key{Name: r.Room, Session: r.Session}
		if session, ok := sessionOf(tx, r.Room); !ok || session != r.Session {
			if err := putSession(tx, key); err != nil {
				return err
			}
		}
		one := encode(room.Member{Seen: r.Seen, Level: r.Level, Heard: r.Heard, Told: r.Told}, r.User, r.Nickname, r.HeadPic)
		bucket, place := tx.Bucket(memberBucket), memberKey(r.Room, r.Session, r.Place)
		if r.Left {
			bucket, place = tx.Bucket(traceBucket), traceKey(r.Room, r.Session, r.User)
		}
		if err := bucket.Put(place, one); err != nil {
			return fmt.Errorf("member %q of the room %q: %w", r.User, r.Room, err)
		}
	}
	return nil
}
