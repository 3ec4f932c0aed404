package pages

import (
	"bytes"
	"fmt"
)

// Kinds of pages.
const (
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10

	bucketElement = 0x01
)

// page is a page of which the beginning has been read.
type page struct {
	walker   *walker
	raw      []byte
	offset   int64 // in the file
	whole    bool  // raw is all of it
	id       uint64
	flags    uint16
	count    int
	overflow uint64 // pages that belong to it
}

// element is what stands in a branch or a leaf.
type element struct {
	key       []byte
	child     uint64 // page, in a branch
	bucket    bool   // in a leaf, as the following
	value     uint64 // offset in the page
	valueSize uint64
}

// size returns the bytes of the page with those that overflow it.
func (p *page) size() uint64 {
	if p.whole {
		return uint64(len(p.raw))
	}
	return (1 + p.overflow) * p.walker.pageSize
}

// bytes returns a part of the page. What overflows is read anew: most of it is
// values, which nobody asks for.
func (p *page) bytes(begin, length uint64) ([]byte, error) {
	switch size := p.size(); {
	case begin > size || length > size-begin:
		return nil, fmt.Errorf("bytes %d to %d are out of bounds", begin, begin+length)
	case begin+length <= uint64(len(p.raw)):
		return p.raw[begin : begin+length], nil
	}
	part := make([]byte, length)
	_, err := p.walker.file.ReadAt(part, p.offset+int64(begin))
	return part, err
}

// elements returns the elements with their keys.
func (p *page) elements() ([]element, error) {
	table, err := p.bytes(headerSize, uint64(p.count)*elementSize)
	if err != nil {
		return nil, err
	}
	elements := make([]element, p.count)
	for i := range elements {
		raw, e := table[i*elementSize:], &elements[i]
		place := headerSize + uint64(i)*elementSize // where offsets count from
		var begin, length uint64
		if p.flags == branchPage {
			begin, length = place+uint64(order.Uint32(raw)), uint64(order.Uint32(raw[4:]))
			e.child = order.Uint64(raw[8:])
		} else {
			begin, length = place+uint64(order.Uint32(raw[4:])), uint64(order.Uint32(raw[8:]))
			e.bucket = order.Uint32(raw)&bucketElement != 0
			e.value, e.valueSize = begin+length, uint64(order.Uint32(raw[12:]))
			if size := p.size(); e.value > size || e.valueSize > size-e.value {
				return nil, fmt.Errorf("element %d is out of bounds", i)
			}
		}
		if length == 0 {
			return nil, fmt.Errorf("element %d has no key", i)
		}
		if e.key, err = p.bytes(begin, length); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return elements, nil
}

// inOrder checks the key of an element against the one before it, which for the
// first one is the lowest that may stand in the page.
func (w *walker) inOrder(bucket string, id uint64, place int, key, low, high []byte) bool {
	above := bytes.Compare(low, key)
	switch {
	case low != nil && (above > 0 || above == 0 && place > 0):
		w.damaged(bucket, id, "key %d, %q, does not come after %q", place, key, low)
	case high != nil && bytes.Compare(key, high) >= 0:
		w.damaged(bucket, id, "key %d, %q, does not come before %q", place, key, high)
	default:
		return true
	}
	return false
}
