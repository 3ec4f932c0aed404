package boltstore

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

// Check reports every anchor and recording that cannot be read, and every name
// that leads to none.
func Check(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, anchorBucket, report, func(user, raw []byte) error {
		a, err := decodeAnchor(user, raw, 0)
		if err == nil && a.Room.User != string(user) {
			err = fmt.Errorf("it holds the anchor %q", a.Room.User)
		}
		return err
	})
	folder.Each(tx, streamBucket, report, func(_, user []byte) error { return leadsTo(tx, anchorBucket, user) })
	folder.Each(tx, recordingBucket, report, func(key, raw []byte) error {
		_, err := decodeRecording(key, raw)
		return err
	})
	folder.Each(tx, fileBucket, report, func(_, key []byte) error { return leadsTo(tx, recordingBucket, key) })
}

func leadsTo(tx *bbolt.Tx, name, key []byte) error {
	if b := tx.Bucket(name); len(key) == 0 || b == nil || b.Get(key) == nil {
		return errors.New("it leads to nothing in the bucket " + string(name))
	}
	return nil
}
