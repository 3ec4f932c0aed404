// Package boltstore keeps counters in one bbolt file: the current session of each name in
// one bucket, past ones in another. The rule is counter.Value; this package has none of its
// own.
package boltstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/services/counter"
)

// bucket holds name → value, see encode.
var bucket = []byte("counters")

// Store implements counter.Store for one process, which holds a lock on the file. It is safe
// for concurrent use.
type Store struct {
	file *boltfile.File[nothing]
	now  func() time.Time
	aged []byte // key of the past that is looked at next; of whoever writes
}

var _ counter.Store = (*Store)(nil)

// nothing is the state that this store keeps in memory: a counter is one look-up in the
// mapped file.
type nothing struct{}

// Clone implements boltfile.State.
func (nothing) Clone() nothing { return nothing{} }

// Open opens or creates the file at path. now is the clock that senders and sessions are
// judged by. The errors are those of boltfile.Open: of a file that is damaged, or that
// another process has open. The store is to be closed.
func Open(path string, now func() time.Time, meter metric.Meter) (*Store, error) {
	file, err := boltfile.Open(path, meter, func(tx *bbolt.Tx) (nothing, error) {
		for _, name := range [][]byte{bucket, pastBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return nothing{}, err
			}
		}
		return nothing{}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Store{file: file, now: now}, nil
}

// Close finishes the accepted writes and closes the file.
func (s *Store) Close() error { return s.file.Close() }

// Add implements counter.Store. All additions are one commit; a damaged counter fails
// alone. After an error of the commit the change may still be writing to counts, so other
// results are returned.
func (s *Store) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	counts := make([]combine.Result[int64], len(additions))
	err := s.file.Update(ctx, func(tx *bbolt.Tx, _ nothing) error {
		clear(counts) // it may be run again
		counters, now := tx.Bucket(bucket), s.now().UnixMilli()
		for i, a := range additions {
			name := []byte(a.Key.Name)
			value, err := find(counters, a.Key)
			if err != nil {
				counts[i].Err = err
				continue
			}
			before := value // Marks may be shared from here on; Replaced looks at the numbers only
			var changed bool
			if counts[i].Value, changed = value.Add(a, now); !changed {
				continue
			}
			if past, over := before.Replaced(value, now); over {
				if err := s.putPast(tx, keyOf(a.Key.Name, before.Session), past); err != nil {
					return err
				}
			}
			if err := counters.Put(name, encode(value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return combine.Fail[int64](len(additions), err)
	}
	return counts
}

// Get implements counter.Store. All counts are of one moment, as one transaction reads them.
// It waits for no write.
func (s *Store) Get(_ context.Context, keys []counters.Key) []combine.Result[int64] {
	counts, now := make([]combine.Result[int64], len(keys)), s.now().UnixMilli()
	err := s.file.View(func(tx *bbolt.Tx) error {
		counters := tx.Bucket(bucket)
		for i, key := range keys {
			value, err := find(counters, key)
			if err != nil {
				counts[i].Err = err
				continue
			}
			if counts[i].Value = value.In(key.Session); value.Replaces(key.Session) {
				counts[i].Value, counts[i].Err = pastOf(tx, key, now)
			}
		}
		return nil
	})
	if err != nil {
		return combine.Fail[int64](len(keys), err)
	}
	return counts
}

// find returns what is kept under key, the zero Value if nothing is. A record that cannot
// be read is a Storage error.
func find(counters *bbolt.Bucket, key counters.Key) (counter.Value, error) {
	value, err := decode(counters.Get([]byte(key.Name)))
	if err != nil {
		return value, apierr.Wrap(apierr.Storage, fmt.Errorf("counter %q: %w", key.Name, err), "storage failed")
	}
	return value, nil
}

func keyOf(name string, session int64) counters.Key {
	return counters.Key{Name: name, Session: session}
}

// encode writes session and count, then number, time and name of each sender,
// numbers as 8 bytes big endian. One byte is the length of a name: Addition.Check allows no
// more than 64.
func encode(v counter.Value) []byte {
	raw := binary.BigEndian.AppendUint64(nil, uint64(v.Session))
	raw = binary.BigEndian.AppendUint64(raw, uint64(v.Count))
	for _, m := range v.Marks {
		raw = binary.BigEndian.AppendUint64(raw, uint64(m.Number))
		raw = binary.BigEndian.AppendUint64(raw, uint64(m.At))
		raw = append(raw, byte(len(m.Sender)))
		raw = append(raw, m.Sender...)
	}
	return raw
}

// decode reads what encode has written; nothing at all is the zero Value. There is no
// checksum: only a wrong length is found damaged.
func decode(raw []byte) (v counter.Value, err error) {
	if len(raw) == 0 {
		return v, nil
	}
	if len(raw) < 16 {
		return v, damaged(raw)
	}
	v.Session, v.Count = number(raw), number(raw[8:])
	for rest := raw[16:]; len(rest) > 0; {
		if len(rest) < 17 || len(rest) < 17+int(rest[16]) {
			return v, damaged(raw)
		}
		end := 17 + int(rest[16])
		v.Marks = append(v.Marks, counter.Mark{Number: number(rest), At: number(rest[8:]), Sender: string(rest[17:end])})
		rest = rest[end:]
	}
	return v, nil
}

func damaged(raw []byte) error { return fmt.Errorf("damaged: %d bytes", len(raw)) }

func number(raw []byte) int64 { return int64(binary.BigEndian.Uint64(raw)) }
