// Package heap spaces collections of garbage. Go collects when the heap has
// doubled: a program that holds 10 MB and is busy does so many times a second. So
// a busy one is given room, and one at rest gives it back.
package heap

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// defaultPercent is Go's own GOGC.
	defaultPercent = 100
	// smallest is the heap below which Go does not collect, for each 100 of GOGC.
	smallest = 4 << 20
	// maxRoom is how much garbage a busy program may let lie, in bytes, if that is
	// more than Go would by itself.
	maxRoom = 64 << 20
	// limitShare is the part of a memory limit that is the most for room.
	limitShare = 4

	busy = time.Second      // a program is that collects sooner than this after it did before
	rest = 10 * time.Second // so is one again that did not for this time
)

// once lets one tuner set GOGC, which is one for all of a process.
var once sync.Once

// Tune gives the program room from now on, once. It does nothing where GOGC is
// set: then that holds.
func Tune() {
	if os.Getenv("GOGC") != "" {
		return
	}
	once.Do(func() {
		t := &tuner{room: room(limit("/sys/fs/cgroup/memory.max")), percent: defaultPercent, last: time.Now()}
		runtime.SetFinalizer(&sentinel{t}, collected)
	})
}

// sentinel is garbage, and becomes it again in each collection.
type sentinel struct{ *tuner }

// collected is the finalizer of the sentinel: Go calls it after a collection, in a goroutine of
// its own. It sets what holds until the next one, and makes the sentinel garbage again.
func collected(s *sentinel) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() == metrics.KindUint64 {
		debug.SetGCPercent(s.next(time.Now(), live[0].Value.Uint64()))
	}
	runtime.SetFinalizer(s, collected)
}

// tuner knows the last collection.
type tuner struct {
	room    uint64
	percent int
	last    time.Time
}

// next returns the GOGC for the time after a collection that left so many bytes.
func (t *tuner) next(now time.Time, live uint64) int {
	since := now.Sub(t.last)
	t.last = now
	switch given := t.percent > defaultPercent; {
	case since < busy, given && since < rest:
		t.percent = int(max(defaultPercent, 100*t.room/max(live, smallest)))
	default:
		t.percent = defaultPercent
	}
	return t.percent
}

// room is what a program with a memory limit may let lie.
func room(limit uint64) uint64 { return min(maxRoom, limit/limitShare) }

// limit is GOMEMLIMIT, or that of the container, which a file tells.
func limit(file string) uint64 {
	configured := uint64(debug.SetMemoryLimit(-1))
	text, err := os.ReadFile(file)
	if err != nil {
		return configured // no container, or none with a limit
	}
	container, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil { // it says max
		return configured
	}
	return min(configured, container)
}
