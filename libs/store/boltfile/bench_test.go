package boltfile_test

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile"
)

// write makes one value durable.
type write func(key, value []byte) error

// BenchmarkDurableWrites compares File.Update with bbolt alone: the same keys,
// values, options and fsync, by 1 to 256 callers at once.
func BenchmarkDurableWrites(b *testing.B) {
	ways := []struct {
		name string
		open func(b *testing.B) write
	}{
		{"File.Update", openFile},
		{"bbolt.Update", func(b *testing.B) write { return bare(b, (*bbolt.DB).Update) }},
		{"bbolt.Batch", func(b *testing.B) write { return bare(b, (*bbolt.DB).Batch) }},
	}
	for _, callers := range []int{1, 64, 256} {
		for _, way := range ways {
			b.Run(fmt.Sprintf("callers=%d/%s", callers, way.name), func(b *testing.B) {
				writeFrom(b, callers, way.open(b))
			})
		}
	}
}

func writeFrom(b *testing.B, callers int, write write) {
	b.Helper()
	const keys = 10_000
	value := make([]byte, 64)
	b.ResetTimer()
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for i := caller; i < b.N; i += callers {
				if err := write(binary.BigEndian.AppendUint64(nil, uint64(i%keys)), value); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}

// stateless leaves the file alone to be measured.
type stateless struct{}

func (stateless) Clone() stateless { return stateless{} }

func openFile(b *testing.B) write {
	b.Helper()
	f, err := boltfile.Open(filepath.Join(b.TempDir(), "bench.db"), func(tx *bbolt.Tx) (stateless, error) {
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
	return func(key, value []byte) error {
		return f.Update(b.Context(), func(tx *bbolt.Tx, _ stateless) error {
			return tx.Bucket(bucket).Put(key, value)
		})
	}
}

func bare(b *testing.B, commit func(*bbolt.DB, func(*bbolt.Tx) error) error) write {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bench.db"), 0o600, &bbolt.Options{
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
		_, err := tx.CreateBucket(bucket)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return func(key, value []byte) error {
		return commit(db, func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Put(key, value) })
	}
}
