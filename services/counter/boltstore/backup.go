package boltstore

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/services/counter"
)

// Begin implements backup.File. While a transaction that may write lasts, every Add waits.
func (s *Store) Begin(writable bool) (*bbolt.Tx, error) { return s.file.Begin(writable) }

// Export puts out every counter, those of sessions that are over too. A record that cannot
// be read is reported as damaged and left out.
func Export(tx *bbolt.Tx, out backup.Out) error {
	return backup.Each(tx, bucket, func(name, raw []byte) error {
		value, err := decode(raw)
		if err != nil {
			out.Damaged(fmt.Sprintf("counter %q", name), err)
			return nil
		}
		return out.Put(counter.NewRecord(string(name), value))
	})
}

// Import puts counters in, in place of any of the same name. It is safe to repeat.
func Import(tx *bbolt.Tx, records [][]byte) error {
	counters, err := tx.CreateBucketIfNotExists(bucket)
	if err != nil {
		return err
	}
	for _, raw := range records {
		var r counter.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		if err := counters.Put([]byte(r.Name), encode(r.Value())); err != nil {
			return fmt.Errorf("counter %q: %w", r.Name, err)
		}
	}
	return nil
}
