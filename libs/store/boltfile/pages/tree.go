package pages

import (
	"strconv"
)

// maxDepth is more than any tree of pages has.
const maxDepth = 64

// page checks one page and those below it. Keys must be from low to before high,
// nil is no bound. It returns the last key, valid until the next read.
func (w *walker) page(bucket string, id uint64, low, high []byte, depth int) (last []byte) {
	if depth > maxDepth {
		w.damaged(bucket, id, "too deep")
		return nil
	}
	if id < 2 || id >= w.highWater {
		w.damaged(bucket, id, "out of bounds; %d pages are in use", w.highWater)
		return nil
	}
	p, err := w.read(id, depth)
	switch {
	case err != nil:
		w.damaged(bucket, id, "%v", err)
	case p.id != id:
		w.damaged(bucket, id, "says that it is page %d", p.id)
	case !w.take(bucket, id, p.overflow):
	case p.flags == branchPage:
		return w.branch(bucket, p, low, high, depth)
	case p.flags == leafPage:
		return w.leaf(bucket, p, low, high, depth)
	default:
		w.damaged(bucket, id, "neither branch nor leaf, but 0x%x", p.flags)
	}
	return nil
}

// branch checks a page that leads to others: each of its keys is the first below it.
func (w *walker) branch(bucket string, p *page, low, high []byte, depth int) (last []byte) {
	if p.count == 0 {
		w.damaged(bucket, p.id, "an empty branch")
	}
	elements, err := p.elements()
	if err != nil {
		w.damaged(bucket, p.id, "%v", err)
		return nil
	}
	for i, e := range elements {
		if !w.inOrder(bucket, p.id, i, e.key, low, high) {
			return nil
		}
		below := high
		if i+1 < len(elements) {
			below = elements[i+1].key
		}
		if w.quick && bucket != "" && i > 0 && w.leaves == depth+1 && e.child >= 2 && e.child < w.highWater {
			low, last = e.key, e.key
			continue
		}
		last = w.page(bucket, e.child, e.key, below, depth+1)
		low = last
	}
	return last
}

// leaf checks a page of records. A record that is a bucket begins a tree of its own.
func (w *walker) leaf(bucket string, p *page, low, high []byte, depth int) (last []byte) {
	elements, err := p.elements()
	if err != nil {
		w.damaged(bucket, p.id, "%v", err)
		return nil
	}
	w.leaves = depth
	for i, e := range elements {
		if !w.inOrder(bucket, p.id, i, e.key, low, high) {
			return nil
		}
		if e.bucket {
			w.bucket(join(bucket, e.key), p, e, depth)
		}
		low, last = e.key, e.key
	}
	return last
}

// bucket checks the tree that an element of a leaf stands for.
func (w *walker) bucket(name string, p *page, e element, depth int) {
	value, err := p.bytes(e.value, e.valueSize)
	switch {
	case err != nil:
		w.damaged(name, p.id, "%v", err)
	case len(value) < headerSize:
		w.damaged(name, p.id, "a bucket of %d bytes", len(value))
	case order.Uint64(value) != 0:
		w.leaves = 0
		w.page(name, order.Uint64(value), nil, nil, depth+1)
	default: // small: its one page is the value
		w.inline(name, p.id, value[headerSize:])
	}
}

// inline checks a bucket so small that it has no page: it stands where a value would.
func (w *walker) inline(name string, id uint64, raw []byte) {
	if len(raw) < headerSize {
		w.damaged(name, id, "a small bucket of %d bytes", len(raw))
		return
	}
	p := &page{walker: w, raw: raw, id: id, flags: order.Uint16(raw[8:]), count: int(order.Uint16(raw[10:])), whole: true}
	elements, err := p.elements()
	if err != nil || p.flags != leafPage {
		w.damaged(name, id, "a small bucket that is not a leaf, or not whole")
		return
	}
	var low []byte
	for i, e := range elements {
		if !w.inOrder(name, id, i, e.key, low, nil) {
			return
		}
		low = e.key
	}
}

// join names a bucket within another. A damaged name stays on its line.
func join(bucket string, key []byte) string {
	name := string(key)
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		name = quoted
	}
	if bucket == "" {
		return name
	}
	return bucket + "/" + name
}
