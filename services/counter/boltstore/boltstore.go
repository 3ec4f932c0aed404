// Package boltstore keeps counters in one bbolt file.
package boltstore

import (
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	api "xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/services/counter"
)

// bucket holds name → session and count, 8 bytes each, big endian.
var bucket = []byte("counters")

// Store implements counter.Store.
type Store struct {
	file *boltfile.File[nothing]
}

var _ counter.Store = (*Store)(nil)

// nothing is kept in memory: a counter is one look-up in the mapped file.
type nothing struct{}

func (nothing) Clone() nothing { return nothing{} }

// Open opens or creates the file at path.
func Open(path string) (*Store, error) {
	file, err := boltfile.Open(path, func(tx *bbolt.Tx) (nothing, error) {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return nothing{}, err
	})
	if err != nil {
		return nil, err
	}
	return &Store{file: file}, nil
}

// Close finishes the accepted writes and closes the file.
func (s *Store) Close() error { return s.file.Close() }

// Add implements counter.Store.
func (s *Store) Add(ctx context.Context, additions []api.Addition) ([]int64, error) {
	counts := make([]int64, len(additions))
	err := s.file.Update(ctx, func(tx *bbolt.Tx, _ nothing) error {
		counters := tx.Bucket(bucket)
		for i, a := range additions {
			name := []byte(a.Key.Name)
			value, err := decode(counters.Get(name))
			if err != nil {
				return fmt.Errorf("counter %q: %w", name, err)
			}
			next, count := value.Add(a.Key.Session, a.Delta)
			if counts[i] = count; next == value {
				continue
			}
			if err := counters.Put(name, encode(next)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// Get implements counter.Store.
func (s *Store) Get(_ context.Context, keys []api.Key) ([]int64, error) {
	counts := make([]int64, len(keys))
	err := s.file.View(func(tx *bbolt.Tx) error {
		counters := tx.Bucket(bucket)
		for i, key := range keys {
			value, err := decode(counters.Get([]byte(key.Name)))
			if err != nil {
				return fmt.Errorf("counter %q: %w", key.Name, err)
			}
			counts[i] = value.In(key.Session)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

func encode(v counter.Value) []byte {
	raw := binary.BigEndian.AppendUint64(nil, uint64(v.Session))
	return binary.BigEndian.AppendUint64(raw, uint64(v.Count))
}

func decode(raw []byte) (counter.Value, error) {
	switch len(raw) {
	case 0:
		return counter.Value{}, nil
	case 16:
		return counter.Value{
			Session: int64(binary.BigEndian.Uint64(raw)),
			Count:   int64(binary.BigEndian.Uint64(raw[8:])),
		}, nil
	default:
		return counter.Value{}, fmt.Errorf("damaged: %d bytes", len(raw))
	}
}
