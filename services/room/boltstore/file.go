package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/store/damage"
	"xiaozhibo.dev/services/room"
)

var (
	sessionBucket = []byte("sessions") // room name → session, 8 bytes big endian
	memberBucket  = []byte("members")  // memberKey → record
)

// createBuckets makes the buckets that are not there yet: a file of an earlier version lacks
// some.
func createBuckets(tx *bbolt.Tx) error {
	for _, name := range [][]byte{sessionBucket, memberBucket, traceBucket, audienceBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

// load builds the state from the file, and deletes what no answer would show: expired
// members and those of replaced sessions. A damaged record stays in the file, where Check
// reports it, until an entry under its key replaces it.
func load(tx *bbolt.Tx, config room.Config, now time.Time, reporter *damage.Reporter) (*state, error) {
	if err := createBuckets(tx); err != nil {
		return nil, err
	}
	st := newState(config)
	if err := loadSessions(tx, st, reporter); err != nil {
		return nil, err
	}
	if err := loadMembers(tx, st, now, reporter); err != nil {
		return nil, err
	}
	if err := loadTraces(tx, st, now, reporter); err != nil {
		return nil, err
	}
	if err := loadAudiences(tx, st, now); err != nil {
		return nil, err
	}
	return st, deleteEmpty(tx, st)
}

// loadSessions begins the session of every room.
func loadSessions(tx *bbolt.Tx, st *state, reporter *damage.Reporter) error {
	return tx.Bucket(sessionBucket).ForEach(func(name, raw []byte) error {
		if len(raw) != 8 {
			reporter.LeftOut(context.Background(), fmt.Sprintf("session of the room %q", name), fmt.Errorf("it has %d bytes: the room begins anew", len(raw)))
			return nil
		}
		st.begin(string(name), int64(binary.BigEndian.Uint64(raw)))
		return nil
	})
}

// loadMembers puts every member into the room that has its session, and deletes the others.
// Keys are deleted after the walk: bbolt forbids it meanwhile.
func loadMembers(tx *bbolt.Tx, st *state, now time.Time, reporter *damage.Reporter) error {
	var dead [][]byte
	err := tx.Bucket(memberBucket).ForEach(func(key, raw []byte) error {
		name, session, place, ok := splitKey(key)
		if !ok {
			reporter.LeftOut(context.Background(), fmt.Sprintf("member under the key %x", key), errors.New("the key is none of a member"))
			return nil
		}
		found, err := decode(raw)
		if err != nil {
			reporter.LeftOut(context.Background(), fmt.Sprintf("member at place %d of the room %q", place, name), fmt.Errorf("%w: the member is not in the room", err))
			return nil
		}
		one := &member{string(found.user), found.Member}
		one.Place = place
		m, ok := st.rooms.Get(name)
		if !ok || m.Session != session || one.Gone(st.config, now) {
			dead = append(dead, key)
			return nil
		}
		m.put(one)
		return nil
	})
	if err != nil {
		return err
	}
	return deleteKeys(tx.Bucket(memberBucket), dead)
}

// deleteEmpty removes the sessions of rooms that have no members and no traces left.
func deleteEmpty(tx *bbolt.Tx, st *state) error {
	var empty []string // deleted afterwards: a tree may not change while it is scanned
	st.rooms.Scan(func(name string, m *memberSet) bool {
		if m.empty() {
			empty = append(empty, name)
		}
		return true
	})
	for _, name := range empty {
		st.rooms.Delete(name)
		if err := deleteSession(tx, name); err != nil {
			return err
		}
	}
	return nil
}

// putSession keeps the fence of a room.
func putSession(tx *bbolt.Tx, key members.Key) error {
	return tx.Bucket(sessionBucket).Put([]byte(key.Name), binary.BigEndian.AppendUint64(nil, uint64(key.Session)))
}

// deleteSession forgets the fence of a room that nobody is in.
func deleteSession(tx *bbolt.Tx, name string) error {
	return tx.Bucket(sessionBucket).Delete([]byte(name))
}

func deleteKeys(members *bbolt.Bucket, keys [][]byte) error {
	for _, key := range keys {
		if err := members.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
