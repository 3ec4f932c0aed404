package boltfile

import (
	"fmt"
	"runtime/debug"
)

// Guard runs work on a file whose pages may be damaged. A panic of bbolt, or a
// read beyond the end of the file, is an error of one line.
func Guard(work func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // holds for this goroutine
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged: %v", p)
		}
	}()
	return work()
}
