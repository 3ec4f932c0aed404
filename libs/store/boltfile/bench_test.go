package boltfile_test

import (
	"encoding/binary"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/boltfile/boltbench"
)

// BenchmarkUpdate puts 64 bytes under one of 10,000 keys.
func BenchmarkUpdate(b *testing.B) {
	value := make([]byte, 64)
	boltbench.Compare(b,
		func(b *testing.B) func(int) error {
			f := openStateless(b)
			return func(i int) error {
				return f.Update(b.Context(), func(tx *bbolt.Tx, _ stateless) error {
					return tx.Bucket(bucket).Put(numbered(i), value)
				})
			}
		},
		func(i int, tx *bbolt.Tx) error {
			return tx.Bucket(boltbench.Bucket).Put(numbered(i), value)
		})
}

func numbered(i int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(i%10_000)) }

// stateless leaves the file alone to be measured.
type stateless struct{}

func (stateless) Clone() stateless { return stateless{} }

func openStateless(b *testing.B) *boltfile.File[stateless] {
	b.Helper()
	f, err := boltfile.Open(filepath.Join(b.TempDir(), "bench.db"), nil, func(tx *bbolt.Tx) (stateless, error) {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return stateless{}, err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := f.Close(); err != nil {
			b.Error(err)
		}
	})
	return f
}
