package store

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// progressInterval is how often a terminal is told.
const progressInterval = 500 * time.Millisecond

// progress tells a terminal how much has been done, until end is called. Nobody else
// is told.
func progress(w io.Writer, done func() string) (end func()) {
	file, is := w.(*os.File)
	if !is {
		return func() {}
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return func() {}
	}
	over := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		ticks := time.NewTicker(progressInterval)
		defer ticks.Stop()
		for {
			select {
			case <-over:
				_, _ = fmt.Fprintf(file, "\r%s\n", done()) // a terminal that is gone loses nothing
				return
			case <-ticks.C:
				_, _ = fmt.Fprintf(file, "\r%s", done())
			}
		}
	})
	return func() {
		close(over)
		telling.Wait()
	}
}
