package boltstore

import (
	"bytes"
	"encoding/json"
	"errors"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/stream"
)

// Check reports every record that cannot be read, and every name that leads to none. It is what
// the command check runs, on a file that no process has open; it changes nothing.
func Check(tx *bbolt.Tx, report folder.Report) {
	checkUsers(tx, report)
	checkEnds(tx, report)
	folder.Each(tx, streamBucket, report, func(_, user []byte) error { return leadsTo(tx, anchorBucket, user) })
	checkRecordings(tx, report)
	checkJournal(tx, report)
}

// checkUsers reports on the two halves of each user's record, on its waits and on texts of
// earlier sessions.
func checkUsers(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, roomBucket, report, func(user, raw []byte) error {
		if _, err := decodeCurrent(string(user), raw); err != nil {
			return err
		}
		return leadsTo(tx, anchorBucket, user)
	})
	folder.Each(tx, anchorBucket, report, func(user, raw []byte) error {
		history, err := decodeHistory(raw)
		if err != nil {
			return err
		}
		found := record{history: history}
		found.Session.User = string(user)
		return errors.Join(leadsTo(tx, roomBucket, user), leadsTo(tx, waitBucket, found.waitKey()))
	})
	folder.Each(tx, waitBucket, report, func(key, _ []byte) error {
		_, user, ok := splitWait(key)
		if !ok {
			return stream.ErrDamaged
		}
		return leadsTo(tx, anchorBucket, []byte(user))
	})
	folder.Each(tx, pastBucket, report, func(_, raw []byte) error { return json.Unmarshal(raw, &stream.Texts{}) })
}

// checkEnds reports on what orders recordings by their end.
func checkEnds(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, endBucket, report, func(key, _ []byte) error {
		if _, ok := splitEnd(key); !ok {
			return stream.ErrDamaged
		}
		return leadsTo(tx, recordingBucket, key[8:])
	})
}

// checkRecordings reports on recordings, and on the file ids that lead to them.
func checkRecordings(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, recordingBucket, report, func(key, raw []byte) error {
		_, err := decodeRecording(key, raw)
		return err
	})
	folder.Each(tx, fileBucket, report, func(name, key []byte) error {
		user, fileID, ok := splitFileKey(name)
		if !ok {
			return stream.ErrDamaged
		}
		return errors.Join(leadsTo(tx, recordingBucket, key), leadsTo(tx, fileUserBucket, fileUserKey(fileID, user)))
	})
	folder.Each(tx, fileUserBucket, report, func(name, _ []byte) error {
		fileID, user, ok := splitFileKey(name) // the same, the other way round
		if !ok {
			return stream.ErrDamaged
		}
		return leadsTo(tx, fileBucket, fileKey(user, fileID))
	})
}

// leadsTo returns an error if a key that should be in a bucket is not.
func leadsTo(tx *bbolt.Tx, name, key []byte) error {
	if b := tx.Bucket(name); len(key) > 0 && b != nil {
		if found, _ := b.Cursor().Seek(key); bytes.Equal(found, key) { // of some keys the value is empty
			return nil
		}
	}
	return errors.New("it leads to nothing in the bucket " + string(name))
}
