package boltstore

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/services/counter"
)

// Begin implements backup.File. While a transaction that may write lasts, every Add waits.
func (s *Store) Begin(writable bool) (*bbolt.Tx, error) { return s.file.Begin(writable) }

// Export puts out every counter, and what past sessions have come to. A record that cannot be
// read is reported as damaged and left out.
func Export(tx *bbolt.Tx, out backup.Out) error {
	err := backup.Each(tx, bucket, func(name, raw []byte) error {
		value, err := decode(raw)
		if err != nil {
			out.Damaged(fmt.Sprintf("counter %q", name), err)
			return nil
		}
		return out.Put(counter.NewRecord(string(name), value))
	})
	if err != nil {
		return err
	}
	return backup.Each(tx, pastBucket, func(key, raw []byte) error {
		its, ok := splitPast(key)
		past, err := decodePast(raw)
		switch {
		case !ok:
			out.Damaged(fmt.Sprintf("past counter %x", key), damaged(key))
			return nil
		case err != nil:
			out.Damaged(fmt.Sprintf("past counter %x", key), err)
			return nil
		}
		return out.Put(counter.NewPastRecord(its.Name, its.Session, past))
	})
}

// Import puts counters in, in place of any of the same name. It is safe to repeat. Each
// element of records is the JSON of one counter.Record.
func Import(tx *bbolt.Tx, records [][]byte) error {
	counters, err := tx.CreateBucketIfNotExists(bucket)
	pasts, err2 := tx.CreateBucketIfNotExists(pastBucket)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	for _, raw := range records {
		var r counter.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		var err error
		if past, over := r.IsPast(); over {
			err = pasts.Put(pastKey(keyOf(r.Name, r.Session)), encodePast(past))
		} else {
			err = counters.Put([]byte(r.Name), encode(r.Value()))
		}
		if err != nil {
			return fmt.Errorf("counter %q: %w", r.Name, err)
		}
	}
	return nil
}
