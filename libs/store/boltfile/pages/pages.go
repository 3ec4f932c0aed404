package pages

import (
	"io"
)

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

// check is Check, quick or not. It takes memory for one page of each depth, and a byte for each
// page in use.
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
