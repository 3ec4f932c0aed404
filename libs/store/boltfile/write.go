package boltfile

import (
	"errors"

	"go.etcd.io/bbolt"
)

// errUnwritten rolls back a transaction that has changed nothing in the file: its
// commit would be a write and an fsync for nothing.
var errUnwritten = errors.New("nothing was written")

// wrote reports whether a transaction has changed anything: bbolt makes a node of
// each page that it is about to write.
func wrote(tx *bbolt.Tx) bool {
	stats := tx.Stats()
	return stats.GetNodeCount() > 0
}

// The list of free pages is written with a commit as long as it is short: this many
// pages, or this share of those in use. Without it the next start reads the whole file
// to find them, which is quick where most of the file is free, and takes minutes where
// most of it is in use.
const (
	fewFree   = 1 << 16
	freeShare = 16
)

// update is bbolt's, and decides whether the free pages are written down.
func (f *File[S]) update(change func(tx *bbolt.Tx) error) error {
	f.readers.stop()
	defer f.readers.resume()
	return f.db.Update(func(tx *bbolt.Tx) error {
		free := f.db.Stats().FreePageN
		used := int(tx.Size())/f.db.Info().PageSize - free
		f.db.NoFreelistSync = free > max(fewFree, used/freeShare)
		return change(tx)
	})
}
