package boltstore

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/services/signing"
)

// Begin implements backup.File.
func (l *Ledger) Begin(writable bool) (*bbolt.Tx, error) { return l.file.Begin(writable) }

// Export gives every entry, in the order of its key. An entry that cannot be read is
// reported as damaged and left out; the others are backed up all the same.
func Export(tx *bbolt.Tx, out backup.Out) error {
	return backup.Each(tx, bucket, func(key, raw []byte) error {
		entry, err := decode(key, raw)
		if err != nil {
			out.Damaged(fmt.Sprintf("ledger entry %x", key), err)
			return nil
		}
		return out.Put(entry)
	})
}

// Import takes entries in. The same records may be taken in twice, as after a restore that was
// broken off.
func Import(tx *bbolt.Tx, records [][]byte) error {
	ledger, err := tx.CreateBucketIfNotExists(bucket)
	if err != nil {
		return err
	}
	for _, raw := range records {
		var entry signing.Entry
		if err := json.Unmarshal(raw, &entry); err != nil {
			return err
		}
		if err := add(ledger, &entry); err != nil {
			return err
		}
	}
	return nil
}
