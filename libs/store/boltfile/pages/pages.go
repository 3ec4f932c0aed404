package pages

import (
	"fmt"
	"io"
	"strconv"
)

// maxDepth is more than any tree of pages has.
const maxDepth = 64

// Begin reads the two meta pages: its error says that no page can be found, or
// that the file ends before its pages do. It is safe while another process writes.
func Begin(file io.ReaderAt, size int64) error {
	last, _, err := readMetas(file)
	if err != nil {
		return err
	}
	return last.checkSize(size)
}

// Check reads every page that is in use, and reports each that is not as it must
// be: a file that has nothing to report can be handed to bbolt. It does not look
// into values. Nobody may write to the file meanwhile.
func Check(file io.ReaderAt, size int64, report func(problem string)) {
	check(file, size, false, report)
}

// CheckQuickly is Check at the cost of a start: of a large file it reads the pages that
// lead to others, and of those that hold records one for each that leads to them. A
// file whose list of free pages is not in it is read whole all the same, since bbolt
// will do so too, and ends the process where a page is damaged.
func CheckQuickly(file io.ReaderAt, size int64, report func(problem string)) {
	check(file, size, size > large, report)
}

// large is the size in bytes from which on a start does not read every page.
const large = 256 << 20

func check(file io.ReaderAt, size int64, quick bool, report func(problem string)) {
	last, both, err := readMetas(file)
	if err == nil {
		err = last.checkSize(size)
	}
	if err != nil {
		report(err.Error())
		return
	}
	if !both {
		report(SpareMeta)
	}
	w := &walker{file: file, meta: last, report: report, seen: make([]bool, last.highWater)}
	w.quick = quick && last.freelist != noFreelist
	w.freelist()
	w.page("", last.root, nil, nil, 0)
}

// SpareMeta is what Check reports of a file that can be used as it was before its
// last commit, or even as of its last.
const SpareMeta = "one of the two meta pages is damaged: the last commit may be missing"

// walker goes through the pages of a file.
type walker struct {
	meta
	file    io.ReaderAt
	report  func(problem string)
	seen    []bool
	buffers [][]byte // one for each depth
	quick   bool     // most leaves are not read
	leaves  int      // depth of the leaves of the bucket that is checked, 0: not known yet
}

func (w *walker) damaged(bucket string, id uint64, format string, args ...any) {
	where := fmt.Sprintf("page %d: ", id)
	if bucket != "" {
		where = fmt.Sprintf("bucket %s, page %d: ", bucket, id)
	}
	w.report(where + fmt.Sprintf(format, args...))
}

// take marks a page and its overflow as used.
func (w *walker) take(bucket string, id, overflow uint64) bool {
	if id < 2 || id >= w.highWater || overflow >= w.highWater-id {
		w.damaged(bucket, id, "out of bounds, with %d more; %d pages are in use", overflow, w.highWater)
		return false
	}
	for used := id; used <= id+overflow; used++ {
		if w.seen[used] {
			w.damaged(bucket, used, "used twice")
			return false
		}
		w.seen[used] = true
	}
	return true
}

func (w *walker) freelist() {
	if w.meta.freelist == noFreelist {
		return
	}
	if w.meta.freelist >= w.highWater {
		w.damaged("", w.meta.freelist, "the list of free pages is out of bounds")
		return
	}
	p, err := w.read(w.meta.freelist, 0)
	if err != nil || p.id != w.meta.freelist || p.flags != freelistPage {
		w.damaged("", w.meta.freelist, "not the list of free pages")
		return
	}
	count := uint64(p.count)
	if count == 0xFFFF {
		count = order.Uint64(p.raw[headerSize:]) + 1
	}
	if count > (p.size()-headerSize)/8 {
		w.damaged("", w.meta.freelist, "%d free pages are out of bounds", count)
		return
	}
	w.take("", w.meta.freelist, p.overflow)
}

// read reads a page without what overflows it, into the buffer of its depth.
func (w *walker) read(id uint64, depth int) (*page, error) {
	for len(w.buffers) <= depth {
		w.buffers = append(w.buffers, make([]byte, w.pageSize))
	}
	raw := w.buffers[depth]
	if _, err := w.file.ReadAt(raw, int64(id*w.pageSize)); err != nil {
		return nil, err
	}
	return &page{
		walker: w, raw: raw, id: order.Uint64(raw), flags: order.Uint16(raw[8:]),
		count: int(order.Uint16(raw[10:])), overflow: uint64(order.Uint32(raw[12:])),
		offset: int64(id * w.pageSize),
	}, nil
}

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
