package pages

import "io"

// CheckLarge is CheckQuickly of a file that is large.
func CheckLarge(file io.ReaderAt, size int64, report func(problem string)) {
	check(file, size, true, report)
}
