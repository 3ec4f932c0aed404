package boltstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/services/stream"
)

// Begin implements backup.File. While a transaction that may write lasts, every Update
// waits.
func (s *Store) Begin(writable bool) (*bbolt.Tx, error) { return s.file.Begin(writable) }

// Export puts out one record for every user, then one for each stream id that is not of its
// user's current session. A record that cannot be read is reported as damaged and left out.
func Export(tx *bbolt.Tx, out backup.Out) error {
	err := backup.Each(tx, userBucket, func(user, _ []byte) error { return exportUser(tx, string(user), out) })
	if err != nil {
		return err
	}
	if err := exportOthers(tx, out); err != nil {
		return err
	}
	if err := exportJournal(tx, out); err != nil {
		return err
	}
	if err := exportChanges(tx, out); err != nil {
		return err
	}
	return backup.Each(tx, streamBucket, func(id, user []byte) error {
		if current, err := getCurrent(tx, string(user)); err == nil && current != nil && current.Session.StreamID == string(id) {
			return nil
		}
		return out.Put(stream.Record{User: string(user), StreamID: string(id)})
	})
}

// exportUser puts out all that belongs to one user. Its damaged records are left out; a
// user of whom neither anchor nor recordings remain has no record.
func exportUser(tx *bbolt.Tx, user string, out backup.Out) error {
	r := stream.Record{User: user}
	found, err := getRecord(tx, user)
	switch {
	case err != nil:
		out.Damaged(fmt.Sprintf("anchor %q", user), err)
	case found.Session.User != "":
		r.Anchor = &stream.Anchor{Current: found.Current, History: found.History}
	}
	prefix := userPrefix(user)
	keys, values := keysUnder(tx.Bucket(pastBucket), prefix, math.MaxInt)
	for i, key := range keys {
		past := stream.PastRecord{}
		if len(key) != len(prefix)+8 || json.Unmarshal(values[i], &past.Texts) != nil {
			out.Damaged(fmt.Sprintf("texts of an earlier session of %q", user), stream.ErrDamaged)
			continue
		}
		past.Session = int64(binary.BigEndian.Uint64(key[len(prefix):]))
		r.Past = append(r.Past, past)
	}
	if r.Recordings = recordingsOf(tx, user, out); r.Anchor == nil && r.Recordings == nil {
		return nil
	}
	return out.Put(r)
}

// recordingsOf returns the user's recordings, each with all file ids that lead to it.
// Damaged ones are left out.
func recordingsOf(tx *bbolt.Tx, user string, out backup.Out) (recordings []stream.Recording) {
	prefix := userPrefix(user)
	keys, values := keysUnder(tx.Bucket(recordingBucket), prefix, math.MaxInt)
	if len(keys) == 0 {
		return nil
	}
	files := map[string][]string{}
	names, targets := keysUnder(tx.Bucket(fileBucket), prefix, math.MaxInt)
	for i, name := range names {
		files[string(targets[i])] = append(files[string(targets[i])], string(name[len(prefix):]))
	}
	for i, key := range keys {
		recording, err := decodeRecording(key, values[i])
		if err != nil {
			out.Damaged(fmt.Sprintf("recording %q", key), err)
			continue
		}
		for _, id := range files[string(key)] {
			if !slices.ContainsFunc(recording.Files, func(f stream.RecordedFile) bool { return f.ID == id }) {
				recording.Files = append(recording.Files, stream.RecordedFile{ID: id})
			}
		}
		recordings = append(recordings, *recording)
	}
	return recordings
}

// exportJournal puts out a record for every session that has ended, every ban and every
// bookmark. A record that cannot be read is reported as damaged and left out.
func exportJournal(tx *bbolt.Tx, out backup.Out) error {
	for _, kind := range []struct {
		bucket []byte
		record func(key, raw []byte) (stream.Record, error)
	}{
		{endedBucket, endedRecord},
		{banBucket, func(_, raw []byte) (stream.Record, error) { return stream.BanRecord(raw) }},
		{bookmarkBucket, func(_, raw []byte) (stream.Record, error) { return stream.BookmarkRecord(raw) }},
	} {
		err := backup.Each(tx, kind.bucket, func(key, raw []byte) error {
			r, err := kind.record(key, raw)
			if err != nil {
				out.Damaged(fmt.Sprintf("%s %q", kind.bucket, key), err)
				return nil
			}
			return out.Put(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// endedRecord makes a record of a session that has ended.
func endedRecord(key, raw []byte) (stream.Record, error) {
	ended, err := decodeEnded(key, raw)
	return stream.Record{User: ended.User, Ended: &ended}, err
}

// exportChanges puts out the log. A change that cannot be read is reported as damaged and
// left out.
func exportChanges(tx *bbolt.Tx, out backup.Out) error {
	return backup.Each(tx, changeBucket, func(key, raw []byte) error {
		change, err := readChange(key, raw)
		if err != nil {
			out.Damaged(fmt.Sprintf("%s %x", changeBucket, key), err)
			return nil
		}
		return out.Put(stream.ChangeRecord(change))
	})
}

// exportOthers puts out the recordings of users who have no session in the file. It steps
// from user to user by the prefix of the keys.
func exportOthers(tx *bbolt.Tx, out backup.Out) error {
	bucket := tx.Bucket(recordingBucket)
	if bucket == nil {
		return nil
	}
	cursor := bucket.Cursor()
	for key, _ := cursor.First(); key != nil; {
		user, rest, ok := splitUser(key)
		if !ok {
			out.Damaged(fmt.Sprintf("recording %q", key), errors.New("damaged key"))
			key, _ = cursor.Next()
			continue
		}
		prefix := bytes.Clone(key[:len(key)-len(rest)])
		if tx.Bucket(userBucket).Get([]byte(user)) == nil {
			if err := exportUser(tx, user, out); err != nil {
				return err
			}
		}
		for bytes.HasPrefix(key, prefix) {
			key, _ = cursor.Next()
		}
	}
	return nil
}

// Import puts records in. Lists and waits on disk are written with them, by config; the
// state in memory is built when the file is opened. It is safe to repeat.
func Import(bolt *bbolt.Tx, config stream.Config, records [][]byte) error {
	for _, name := range buckets {
		if _, err := bolt.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	for _, raw := range records {
		var r stream.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		// The state is not used: it is made anew when the file is opened.
		one := &tx{own: own{bolt: bolt, user: r.User}, state: newState(), config: config}
		var err error
		switch {
		case r.StreamID != "":
			err = bolt.Bucket(streamBucket).Put([]byte(r.StreamID), []byte(r.User))
		case r.Bookmark != nil:
			err = one.put(bookmarkBucket, []byte(r.Bookmark.Name), r.Bookmark)
		case r.Change != nil:
			err = importChange(bolt, *r.Change)
		default:
			if err = r.Put(one); err == nil {
				err = one.flush()
			}
		}
		if err != nil {
			return fmt.Errorf("user %q: %w", r.User, err)
		}
	}
	return nil
}
