//go:build !race

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// crowd is how many broadcast at once.
	crowd = 16
	// soakPatience is how long what is over may take to be gone: the media server sweeps once a minute, and sends what was
	// not answered in time again a minute later. A machine that does much else may need several of them.
	soakPatience = 10 * time.Minute
	// maxGrowth is by how much the heap may be larger at the end than after the first rounds, in bytes: pools and maps
	// of a fixed size fill meanwhile.
	maxGrowth = 4 << 20
)

// A crowd broadcasts, is watched, and ends in every way there is, again and again. When all of it is over and forgotten,
// nothing of it is left: no goroutine, no open file, no memory, no row, no file on disk. make soak does it for hours.
func TestNothingIsLeftOfBroadcastsThatAreOver(t *testing.T) {
	s := newSoak(t)
	rounds, until := 2, time.Time{}
	if text := os.Getenv("XZB_SOAK"); text != "" {
		length, err := time.ParseDuration(text)
		if err != nil {
			t.Fatalf("XZB_SOAK: %v", err)
		}
		rounds, until = 1<<30, time.Now().Add(length)
	}
	s.round() // what is made once is there then
	before := s.rest(nothing)
	t.Logf("%-8s %s", "pushes", before.heads())
	s.log(before)
	logged := time.Now()
	for round := 0; round < rounds && (until.IsZero() || time.Now().Before(until)); round++ {
		s.round()
		if time.Since(logged) > time.Minute {
			s.log(s.rest(before))
			logged = time.Now()
		}
	}
	now := s.rest(before)
	s.log(now)
	if now.heap > before.heap+maxGrowth {
		t.Errorf("the heap has grown from %d to %d bytes in %d pushes", before.heap, now.heap, s.pushes.Load())
	}
}

// sample is what a process has, at rest.
type sample struct {
	goroutines, files, heap int
	stored                  int // files of the media server
	database                int // bytes of the services' files
}

// nothing is below what any process has.
var nothing = sample{goroutines: -1, files: -1}

func (sample) heads() string {
	return fmt.Sprintf("%10s %10s %12s %12s %14s", "goroutines", "open files", "heap, bytes", "media files", "bbolt, bytes")
}

func (s *soak) log(now sample) {
	s.t.Logf("%-8d %10d %10d %12d %12d %14d", s.pushes.Load(), now.goroutines, now.files, now.heap, now.stored, now.database)
}

// rest waits until all broadcasts are forgotten, and no more goroutines and files are there than before.
func (s *soak) rest(before sample) (now sample) {
	s.t.Helper()
	late := time.Now().Add(soakPatience)
	for {
		left := s.left()
		now = s.sample()
		if left == "" && now.stored == 0 && (before == nothing || now.goroutines <= before.goroutines && now.files <= before.files) {
			return now
		}
		if time.Now().After(late) {
			s.t.Fatalf("left of %d pushes: %s, %d media files; %d goroutines of %d, %d open files of %d\n%s",
				s.pushes.Load(), left, now.stored, now.goroutines, before.goroutines, now.files, before.files, stacks())
		}
		s.removeRecordings()
		<-time.After(50 * time.Millisecond)
	}
}

func (s *soak) sample() (now sample) {
	now.goroutines = len(goroutines())
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		now.files = len(open)
	}
	for range 2 { // the first empties pools into the second
		runtime.GC()
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	now.heap = int(memory.HeapAlloc)
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // it has gone meanwhile
			return nil
		case err != nil || entry.IsDir():
			return err
		case strings.HasPrefix(path, filepath.Join(s.dir, "media")) && entry.Name() != "forbidden.json":
			now.stored++
		case strings.HasSuffix(path, ".db"):
			if info, err := entry.Info(); err == nil {
				now.database += int(info.Size())
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return now
}

// goroutines are the stacks of all but those that fasthttp keeps for the next connections.
func goroutines() (all []string) {
	for stack := range strings.SplitSeq(stacks(), "\n\n") {
		if !strings.Contains(stack, "fasthttp.(*workerPool)") {
			all = append(all, stack)
		}
	}
	return all
}

var stackRoom = sync.OnceValue(func() []byte { return make([]byte, 8<<20) })

func stacks() string { return string(stackRoom()[:runtime.Stack(stackRoom(), true)]) }
