package boltstore

import (
	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

// Check reports every counter that cannot be read.
func Check(tx *bbolt.Tx, report folder.Report) {
	folder.Each(tx, bucket, report, func(_, raw []byte) error {
		_, err := decode(raw)
		return err
	})
}
