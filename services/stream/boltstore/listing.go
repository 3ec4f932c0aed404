package boltstore

import (
	"slices"
	"sort"

	"github.com/tidwall/btree"
)

// listing is one of the two lists in memory: what stands in it, and when each row
// leaves by itself. Rows that have left stay until somebody takes them out, and are
// skipped by readers: no reader has to wait until that is on disk.
type listing[T any] struct {
	compare func(a, b T) int
	leaves  func(T) int64 // Unix milliseconds, less what the configuration adds
	ordered *btree.BTreeG[T]
	leaving *btree.BTreeG[T] // the same rows, next to leave first
}

// newListing returns an empty list in the order of compare; leaves says when a row goes.
func newListing[T any](compare func(a, b T) int, leaves func(T) int64) listing[T] {
	// No locks: one writer owns a clone, readers have only committed trees.
	options := btree.Options{NoLocks: true}
	return listing[T]{
		compare: compare,
		leaves:  leaves,
		ordered: btree.NewBTreeGOptions(func(a, b T) bool { return compare(a, b) < 0 }, options),
		leaving: btree.NewBTreeGOptions(func(a, b T) bool {
			if x, y := leaves(a), leaves(b); x != y {
				return x < y
			}
			return compare(a, b) < 0
		}, options),
	}
}

// clone returns a copy that can be changed while others read this one. It costs nothing
// until something is changed.
func (l listing[T]) clone() listing[T] {
	l.ordered, l.leaving = l.ordered.Copy(), l.leaving.Copy()
	return l
}

// put adds a row, or replaces the one that is equal in order.
func (l listing[T]) put(row T) {
	l.ordered.Set(row)
	l.leaving.Set(row)
}

// remove takes a row out of the list.
func (l listing[T]) remove(row T) {
	l.ordered.Delete(row)
	l.leaving.Delete(row)
}

// overdue counts the rows that leave at last or before.
func (l listing[T]) overdue(last int64) int {
	return sort.Search(l.leaving.Len(), func(i int) bool {
		row, _ := l.leaving.GetAt(i)
		return l.leaves(row) > last
	})
}

// fewOverdue is up to how many rows that have left are looked up one by one. More are
// passed over while the list is read from its beginning.
const fewOverdue = 64

// page returns limit rows from offset on, and the size of the whole list, both
// without the rows that leave at last or before, in Unix milliseconds. It costs the same at
// any offset: trees count their rows.
func (l listing[T]) page(last int64, offset, limit int) (total int, rows []T) {
	overdue := l.overdue(last)
	total = l.ordered.Len() - overdue
	if limit = min(limit, total-offset); limit <= 0 {
		return total, nil
	}
	begin, skip := l.at(offset, overdue)
	first, _ := l.ordered.GetAt(begin)
	rows = make([]T, 0, limit)
	l.ordered.Ascend(first, func(row T) bool {
		switch {
		case overdue > 0 && l.leaves(row) <= last:
		case skip > 0:
			skip--
		default:
			rows = append(rows, row)
		}
		return len(rows) < limit
	})
	return total, rows
}

// at returns where in the order a page begins that is to begin at offset among the rows
// that have not left, and how many of those to skip from there. Few rows that have left
// are looked up, and offset is moved past them. For many the page is read from the
// beginning of the list.
func (l listing[T]) at(offset, overdue int) (begin, skip int) {
	if overdue > fewOverdue {
		return 0, offset
	}
	places := make([]int, overdue)
	for i := range places {
		gone, _ := l.leaving.GetAt(i)
		places[i] = sort.Search(l.ordered.Len(), func(place int) bool {
			row, _ := l.ordered.GetAt(place)
			return l.compare(row, gone) >= 0
		})
	}
	slices.Sort(places)
	begin = offset
	for _, place := range places {
		if place <= begin {
			begin++
		}
	}
	return begin, 0
}
