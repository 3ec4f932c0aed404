// Package pages reads the pages of a bbolt file without bbolt, which ends the whole process when
// it meets a damaged one: it maps the file into memory, and rebuilds its list of free pages in a
// goroutine that nobody can guard.
//
// Check reads every page that is in use, CheckQuickly as many as a start can afford. A file of
// which they report nothing can be handed to bbolt. They go from the meta pages (meta.go)
// through the trees of the buckets (walker.go, tree.go) and never into the values. The layout is
// that of bbolt's version 2 files; page.go names the parts.
package pages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// Layout of a page, in bytes. Numbers are in the order of the machine.
const (
	headerSize  = 16 // id, flags, count, overflow
	elementSize = 16
	metaSize    = 56 // before its checksum

	magic       = 0xED0CDAED
	version     = 2
	minPageSize = 1024
	maxPageSize = 16 << 20

	noFreelist = ^uint64(0)
)

// meta is one of the two pages that say where the data of a commit begins.
type meta struct {
	pageSize    uint64
	root        uint64 // page of the root bucket
	freelist    uint64 // page, or noFreelist
	highWater   uint64 // pages in use are below it
	transaction uint64
}

// order is that of the machine, as bbolt writes numbers as they are in memory. So a file moves
// only between machines of one order.
var order = binary.NativeEndian

// readMeta returns the meta at an offset, if there is a whole one.
func readMeta(file io.ReaderAt, offset int64) (m meta, ok bool) {
	raw := make([]byte, headerSize+metaSize+8)
	if _, err := file.ReadAt(raw, offset); err != nil {
		return m, false
	}
	raw = raw[headerSize:]
	sum := fnv.New64a()
	sum.Write(raw[:metaSize]) // a hash never fails
	if order.Uint32(raw) != magic || order.Uint32(raw[4:]) != version || order.Uint64(raw[metaSize:]) != sum.Sum64() {
		return m, false
	}
	m = meta{
		pageSize: uint64(order.Uint32(raw[8:])), root: order.Uint64(raw[16:]), freelist: order.Uint64(raw[32:]),
		highWater: order.Uint64(raw[40:]), transaction: order.Uint64(raw[48:]),
	}
	return m, m.pageSize >= minPageSize && m.pageSize <= maxPageSize
}

// readMetas returns the meta of the last commit, and whether the other is whole
// too. If it is not, the damaged one may be that of the last commit.
func readMetas(file io.ReaderAt) (last meta, both bool, err error) {
	first, ok := readMeta(file, 0)
	if ok {
		second, both := readMeta(file, int64(first.pageSize))
		if both && second.transaction > first.transaction {
			return second, true, nil
		}
		return first, both, nil
	}
	// The second begins at a size that only the first one tells.
	for size := int64(minPageSize); size <= maxPageSize; size *= 2 {
		if second, ok := readMeta(file, size); ok && int64(second.pageSize) == size {
			return second, false, nil
		}
	}
	return meta{}, false, errors.New("both meta pages are damaged")
}

// checkSize returns an error if the file ends before its pages do.
func (m *meta) checkSize(size int64) error {
	pages := uint64(max(0, size)) / m.pageSize
	if m.highWater > pages {
		return fmt.Errorf("truncated: %d bytes, %d pages of %d are in use", size, m.highWater, m.pageSize)
	}
	return nil
}
