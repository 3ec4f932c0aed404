// Package boltbench measures durable writes, ours beside what bbolt does by
// itself, at the same number of callers in the same run. What tells is the
// ratio: absolute figures are the disk's.
package boltbench

import (
	"fmt"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/storebench"
)

// Bucket is the one bucket of the bare file.
var Bucket = []byte("bare")

// Compare runs ours against bare in db.Update and in db.Batch, with 1, 64 and
// 256 callers. Open returns our write on an empty store; both writes are given
// the number of the call. Every write is acknowledged after its fsync.
func Compare(b *testing.B, open func(b *testing.B) func(i int) error, bare func(i int, tx *bbolt.Tx) error) {
	b.Helper()
	for _, callers := range []int{1, 64, 256} {
		run := func(name string, start func(b *testing.B) func(i int) error) {
			b.Run(fmt.Sprintf("%s/callers=%d", name, callers), func(b *testing.B) { storebench.Race(b, callers, start(b)) })
		}
		run("ours", open)
		run("bbolt.Update", func(b *testing.B) func(i int) error {
			db := openBare(b)
			return func(i int) error {
				return db.Update(func(tx *bbolt.Tx) error { return bare(i, tx) })
			}
		})
		run("bbolt.Batch", func(b *testing.B) func(i int) error {
			db := openBare(b)
			return func(i int) error {
				return db.Batch(func(tx *bbolt.Tx) error { return bare(i, tx) })
			}
		})
	}
}

// openBare opens a file as boltfile does, so that the combining alone differs.
func openBare(b *testing.B) *bbolt.DB {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bbolt.Options{
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true,
		InitialMmapSize: 256 << 20,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(Bucket)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}
