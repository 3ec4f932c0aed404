package boltstore

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

// Check reports every session, member, trace and audience that cannot be read. It is what the
// command check runs, on a file that no process has open; it changes nothing.
func Check(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, sessionBucket, report, func(_, raw []byte) error {
		if len(raw) != 8 {
			return fmt.Errorf("damaged: %d bytes", len(raw))
		}
		return nil
	})
	folder.Each(tx, memberBucket, report, func(key, raw []byte) error {
		if _, _, _, ok := splitKey(key); !ok {
			return errors.New("damaged key")
		}
		_, err := decode(raw)
		return err
	})
	if tx.Bucket(traceBucket) == nil || tx.Bucket(audienceBucket) == nil {
		return // of a version that had none
	}
	folder.Each(tx, traceBucket, report, func(key, raw []byte) error {
		if _, _, _, ok := splitTrace(key); !ok {
			return errors.New("damaged key")
		}
		_, err := decode(raw)
		return err
	})
	folder.Each(tx, audienceBucket, report, func(_, raw []byte) error {
		_, err := decodeCame(raw)
		return err
	})
}
