// Package boltstore keeps the ledger in one bbolt file, one entry under each key. Nothing is
// in memory.
package boltstore

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/services/signing"
)

// bucket holds the hour, as 8 bytes of Unix seconds, big endian, kind, 0 and user →
// entry as JSON. So it is ordered by hour. Entries of an earlier version are under
// their time of issue and a number, 8 bytes each, which is of the same order.
var bucket = []byte("ledger")

// sweepChunk bounds how long one sweep holds up the writers behind it.
const sweepChunk = 2000

// Ledger implements signing.Ledger for one process. It is safe for concurrent use.
type Ledger struct {
	file *boltfile.File[nothing]
}

var _ signing.Ledger = (*Ledger)(nil)

// nothing is kept in memory: the ledger is written often and read rarely.
type nothing struct{}

// Clone implements boltfile.State: the ledger keeps nothing in memory.
func (nothing) Clone() nothing { return nothing{} }

// Open opens or creates the file at path. The errors are those of boltfile.Open. The ledger is
// to be closed.
func Open(path string, meter metric.Meter) (*Ledger, error) {
	file, err := boltfile.Open(path, meter, func(tx *bbolt.Tx) (nothing, error) {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return nothing{}, err
	})
	if err != nil {
		return nil, err
	}
	return &Ledger{file: file}, nil
}

// Close finishes the accepted writes and closes the file.
func (l *Ledger) Close() error { return l.file.Close() }

// Record implements signing.Ledger. Calls of one moment share a commit.
func (l *Ledger) Record(ctx context.Context, entries []signing.Entry) error {
	return l.file.Update(ctx, func(tx *bbolt.Tx, _ nothing) error {
		ledger := tx.Bucket(bucket)
		for i := range entries {
			if err := add(ledger, &entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// add keeps an entry unless there is one for its user, kind and hour.
func add(ledger *bbolt.Bucket, entry *signing.Entry) error {
	key := hourKey(entry)
	if ledger.Get(key) != nil {
		return nil
	}
	raw, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("encode an entry: %w", err)
	}
	if err := ledger.Put(key, raw); err != nil {
		return fmt.Errorf("put an entry: %w", err)
	}
	return nil
}

// Sweep implements signing.Ledger, a chunk in each commit. Keys begin with the hour, so what is
// old stands in front.
func (l *Ledger) Sweep(ctx context.Context, before int64) error {
	for deleted := sweepChunk; deleted == sweepChunk; {
		err := l.file.Update(ctx, func(tx *bbolt.Tx, _ nothing) (err error) {
			deleted, err = deleteChunk(tx.Bucket(bucket), before)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// deleteChunk deletes the oldest entries, at most sweepChunk.
func deleteChunk(ledger *bbolt.Bucket, before int64) (deleted int, err error) {
	var keys [][]byte // first, as deleting moves the cursor
	cursor := ledger.Cursor()
	for key, _ := cursor.First(); key != nil && began(key) < signing.Hour(before) && len(keys) < sweepChunk; key, _ = cursor.Next() {
		keys = append(keys, key)
	}
	for _, key := range keys {
		if err := ledger.Delete(key); err != nil {
			return 0, fmt.Errorf("delete an entry: %w", err)
		}
	}
	return len(keys), nil
}

// hourKey is the key of the one entry for a user, kind and hour. The zero byte ends the kind, so
// that no kind and user together read as another pair.
func hourKey(entry *signing.Entry) []byte {
	key := since(signing.Hour(entry.Issued))
	key = append(key, entry.Kind...)
	key = append(key, 0)
	return append(key, entry.User...)
}

// since is the key before those of an hour, and of those after it.
func since(hour int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(hour)) }

// began is the hour of a key. One of an earlier version has the time of issue.
func began(key []byte) int64 { return int64(binary.BigEndian.Uint64(key)) }
