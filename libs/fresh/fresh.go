// Package fresh keeps what files say while they are rewritten: keys and certificates are renewed
// under a running process. A Value reads its files when it is asked, at most once a second, and
// needs no goroutine and no events of the file system, which network mounts and Kubernetes'
// links do not give reliably. What is behind a URL is for gateway/auth/reload.
package fresh

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// checkInterval is how long a change may go unnoticed.
const checkInterval = time.Second

// Value is what some files said when they were last good. Get reads them again,
// at most once a second, and compares what they contain: that sees files
// rewritten in place, replaced, or behind symbolic links that are changed, which
// is how Kubernetes does it. A Value is safe for concurrent use.
type Value[T any] struct {
	what    string
	read    func() ([][]byte, error)
	parse   func(contents [][]byte) (T, error)
	log     *slog.Logger
	current atomic.Pointer[T]

	mu      sync.Mutex // held while the files are read
	checked time.Time
	last    [][]byte // what current was made of
	problem string   // as last logged, "" if there is none
}

// New reads a Value and fails if it is not good; later failures are logged, and
// change nothing. What names it in the log. Parse is called when the contents
// have changed.
func New[T any](what string, read func() ([][]byte, error), parse func(contents [][]byte) (T, error), log *slog.Logger) (*Value[T], error) {
	v := &Value[T]{what: what, read: read, parse: parse, log: log, checked: time.Now()}
	if err := v.load(); err != nil {
		return nil, err
	}
	return v, nil
}

// Files reads the files at paths, in their order. They are not read at one moment: of a certificate and
// its key, one may be new and the other old. Parse then fails, and the old pair stays until the next look.
func Files(paths ...string) func() ([][]byte, error) {
	return func() ([][]byte, error) {
		contents := make([][]byte, len(paths))
		for i, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			contents[i] = content
		}
		return contents, nil
	}
}

// Get returns the current value. It never fails.
func (v *Value[T]) Get() T {
	v.check()
	return *v.current.Load()
}

// check reads again if a second has passed. A problem is logged when it begins or changes, and not each
// second that it lasts.
func (v *Value[T]) check() {
	if !v.mu.TryLock() {
		return // somebody is reading: do not wait for a disk that may be slow
	}
	defer v.mu.Unlock()
	if time.Since(v.checked) < checkInterval {
		return
	}
	v.checked = time.Now()
	err := v.load()
	if err == nil {
		v.problem = ""
		return
	}
	if problem := err.Error(); problem != v.problem {
		v.problem = problem
		v.log.Warn(v.what+" not renewed, the old one stays", "err", err)
	}
}

// load makes what is in the files the current value.
func (v *Value[T]) load() error {
	contents, err := v.read()
	if err != nil {
		return fmt.Errorf("read %s: %w", v.what, err)
	}
	if v.current.Load() != nil && slices.EqualFunc(contents, v.last, bytes.Equal) {
		return nil
	}
	value, err := v.parse(contents)
	if err != nil {
		return err
	}
	v.current.Store(&value)
	v.last = contents
	return nil
}
