package pages

import (
	"fmt"
	"io"
)

// walker goes through the pages of a file. It reads each page once at most. Two ways to one page mean
// that a page is damaged, and are reported.
type walker struct {
	meta
	file    io.ReaderAt
	report  func(problem string)
	seen    []bool
	buffers [][]byte // one for each depth
	quick   bool     // most leaves are not read
	leaves  int      // depth of the leaves of the bucket that is checked, 0: not known yet
}

// damaged reports a problem with the bucket and the page that it is in.
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

// freelist checks the list of free pages, if there is one in the file.
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
