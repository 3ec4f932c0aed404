package boltstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/services/stream"
)

// Check reports every record that cannot be read, and every name that leads to none. It is what
// the command check runs, on a file that no process has open; it changes nothing.
func Check(tx *bbolt.Tx, report folder.Report) {
	checkUsers(tx, report)
	checkEnds(tx, report)
	folder.Each(tx, streamBucket, report, func(_, user []byte) error { return leadsToAnchor(tx, string(user)) })
	checkRecordings(tx, report)
	checkJournal(tx, report)
}

// checkUsers reports on what stands under each user, on its waits and on texts of earlier
// sessions.
func checkUsers(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, userBucket, report, func(user, raw []byte) error {
		value, err := splitValue(raw)
		if err != nil {
			return err
		}
		for _, err := range []error{checkAnchor(tx, string(user), value), checkEndings(tx, string(user), value)} {
			if err != nil {
				report(string(userBucket), user, err.Error())
			}
		}
		return nil
	})
	folder.Each(tx, waitBucket, report, func(key, _ []byte) error {
		_, user, ok := splitWait(key)
		if !ok {
			return stream.ErrDamaged
		}
		return leadsToAnchor(tx, user)
	})
	folder.Each(tx, pastBucket, report, func(_, raw []byte) error { return json.Unmarshal(raw, &stream.Texts{}) })
}

// checkAnchor reads session and history of a user, and looks for what the anchor waits for.
func checkAnchor(tx *bbolt.Tx, user string, value userValue) error {
	found, err := value.record(user)
	switch {
	case err != nil:
		return err
	case found.Session.User != "":
		return leadsTo(tx, waitBucket, found.waitKey())
	case len(value.history) > 0:
		return errors.New("a history without a session")
	default:
		return nil
	}
}

// checkEndings reads those of a user. Each leads to a summary.
func checkEndings(tx *bbolt.Tx, user string, value userValue) error {
	all, err := decodeEndings(value.endings)
	if err != nil {
		return fmt.Errorf("the endings are %w", err)
	}
	found := 0
	for at := range all.all() {
		found++
		if err := leadsTo(tx, endedBucket, endedKey(user, at)); err != nil {
			return fmt.Errorf("the ending of session %d: %w", at.session, err)
		}
	}
	if found != all.len() {
		return fmt.Errorf("the endings are %w", stream.ErrDamaged)
	}
	return nil
}

// leadsToAnchor returns an error if a user that should have a session has none. Of one that is
// damaged it is not known, and the damage has been reported.
func leadsToAnchor(tx *bbolt.Tx, user string) error {
	none := errors.New("it leads to no session in the bucket " + string(userBucket))
	if tx.Bucket(userBucket) == nil {
		return none
	}
	if value, err := getValue(tx, user); err == nil && len(value.session) == 0 {
		return none
	}
	return nil
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
