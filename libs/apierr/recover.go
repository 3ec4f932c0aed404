package apierr

import (
	"fmt"
	"runtime/debug"
)

// Recover turns a panic into an error that holds the stack, and is internal to
// all who ask. It must be deferred directly:
//
//	defer apierr.Recover(&err)
func Recover(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}
