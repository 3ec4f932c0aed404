package boltstore

import (
	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

// Check reports every counter that cannot be read, and every one of a past session. It is
// what the command check runs, on a file that no process has open; it changes nothing.
func Check(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, bucket, report, func(_, raw []byte) error {
		_, err := decode(raw)
		return err
	})
	if tx.Bucket(pastBucket) == nil {
		return // the file is of a version that kept none
	}
	folder.Each(tx, pastBucket, report, func(key, raw []byte) error {
		if _, ok := splitPast(key); !ok {
			return damaged(key)
		}
		_, err := decodePast(raw)
		return err
	})
}
