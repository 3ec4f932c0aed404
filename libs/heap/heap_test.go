package heap_test

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"

	"xiaozhibo.dev/libs/heap"
)

const mib = 1 << 20

func TestABusyProgramHasRoomAndOneAtRestGivesItBack(t *testing.T) {
	now := time.Unix(1480000000, 0)
	next := heap.NewTuner(math.MaxInt64, now)
	for i, step := range []struct {
		after time.Duration
		live  uint64
		want  int
	}{
		{time.Minute, 10 * mib, 100},
		{5 * time.Second, 10 * mib, 100},       // not busy
		{900 * time.Millisecond, 8 * mib, 800}, // the heap may grow by 64 MiB
		{3 * time.Second, 16 * mib, 400},       // because it has room
		{3 * time.Second, 64 * mib, 100},       // as much as Go gives
		{100 * time.Millisecond, 640 * mib, 100},
		{100 * time.Millisecond, 1 * mib, 1600}, // Go would multiply 4 MiB,
		{100 * time.Millisecond, 0, 1600},
		{100 * time.Millisecond, 32 * mib, 200},
		{10 * time.Second, 32 * mib, 100},
		{9 * time.Second, 32 * mib, 100},
	} {
		now = now.Add(step.after)
		if got := next(now, step.live); got != step.want {
			t.Errorf("collection %d, %s later with %d bytes: GOGC is %d, want %d", i, step.after, step.live, got, step.want)
		}
	}
}

func TestRoomIsAQuarterOfAMemoryLimitAtMost(t *testing.T) {
	now := time.Unix(1480000000, 0)
	for limit, want := range map[uint64]int{1024 * mib: 640, 256 * mib: 640, 64 * mib: 160, 16 * mib: 100, 0: 100} {
		if got := heap.NewTuner(limit, now)(now, 10*mib); got != want {
			t.Errorf("with a limit of %d bytes GOGC is %d, want %d", limit, got, want)
		}
	}
}

func TestTheSmallerOfTwoLimitsCounts(t *testing.T) {
	before := debug.SetMemoryLimit(512 * mib)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for text, want := range map[string]uint64{"268435456\n": 256 * mib, "1073741824\n": 512 * mib, "max\n": 512 * mib, "": 512 * mib} {
		file := filepath.Join(t.TempDir(), "memory.max")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := heap.Limit(file); got != want {
			t.Errorf("with %q in the container's file the limit is %d, want %d", text, got, want)
		}
	}
	if got := heap.Limit(filepath.Join(t.TempDir(), "none")); got != 512*mib {
		t.Errorf("without a container the limit is %d", got)
	}
}
