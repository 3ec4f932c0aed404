// Package boltstore keeps the ledger in one bbolt file.
package boltstore

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/services/signing"
)

// bucket holds time of issue and a sequence number, 8 bytes each, big endian →
// entry as JSON. So it is ordered by time.
var bucket = []byte("ledger")

// sweepChunk bounds how long one sweep holds up the writers behind it.
const sweepChunk = 2000

// Ledger implements signing.Ledger.
type Ledger struct {
	file *boltfile.File[nothing]
}

var _ signing.Ledger = (*Ledger)(nil)

// nothing is kept in memory: the ledger is written often and read rarely.
type nothing struct{}

func (nothing) Clone() nothing { return nothing{} }

// Open opens or creates the file at path.
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

// Append implements signing.Ledger.
func (l *Ledger) Append(ctx context.Context, entries []signing.Entry) error {
	return l.file.Update(ctx, func(tx *bbolt.Tx, _ nothing) error {
		ledger := tx.Bucket(bucket)
		ledger.FillPercent = 0.9 // keys grow: a page that was divided is never added to
		for _, entry := range entries {
			sequence, err := ledger.NextSequence()
			if err != nil {
				return fmt.Errorf("number an entry: %w", err)
			}
			raw, err := json.Marshal(entry)
			if err != nil {
				return fmt.Errorf("encode an entry: %w", err)
			}
			if err := ledger.Put(binary.BigEndian.AppendUint64(since(entry.Issued), sequence), raw); err != nil {
				return fmt.Errorf("put an entry: %w", err)
			}
		}
		return nil
	})
}

// List implements signing.Ledger.
func (l *Ledger) List(ctx context.Context, query signing.Query) (entries []signing.Entry, err error) {
	err = l.file.View(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucket).Cursor()
		for key, raw := cursor.Seek(since(query.From)); key != nil; key, raw = cursor.Next() {
			if query.Until != 0 && issued(key) >= query.Until || query.Limit > 0 && len(entries) == query.Limit {
				return nil
			}
			if err := ctx.Err(); err != nil {
				return apierr.Wrap(apierr.Unavailable, err, "the ledger was not read to its end")
			}
			var entry signing.Entry
			if err := json.Unmarshal(raw, &entry); err != nil {
				return fmt.Errorf("entry %x is damaged: %w", key, err)
			}
			if query.User == "" || query.User == entry.User {
				entries = append(entries, entry)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// Sweep implements signing.Ledger.
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
	for key, _ := cursor.First(); key != nil && issued(key) < before && len(keys) < sweepChunk; key, _ = cursor.Next() {
		keys = append(keys, key)
	}
	for _, key := range keys {
		if err := ledger.Delete(key); err != nil {
			return 0, fmt.Errorf("delete an entry: %w", err)
		}
	}
	return len(keys), nil
}

// since is the key before all entries issued at a time or later.
func since(unix int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(max(0, unix))) }

func issued(key []byte) int64 { return int64(binary.BigEndian.Uint64(key)) }
