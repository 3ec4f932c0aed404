//go:build !race

// One goroutine does the same again and again: the race detector has nothing to compare here. make unraced runs it.

package quota_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/quota"
)

// What strangers choose must not decide how much is kept of it.
func TestAFloodOfMadeUpKeysTakesNoMemory(t *testing.T) {
	const keys = 100_000
	clock := clock{start}
	before := heap()
	b := quota.NewBuckets[string](quota.Limits{Max: 5, Window: time.Hour, Keys: keys}, clock.now)
	d := quota.NewDistinct[string, string](quota.Limits{Max: 1 << 30, Window: time.Hour, Keys: keys}, quota.Elements{Free: time.Hour, Keys: keys}, clock.now)
	for i := range 1_000_000 {
		key := fmt.Sprint("made up ", i)
		b.Take(key)
		d.Take(key, key)
	}
	grown := heap() - before
	if most := int64(3 * 3 << 20); grown > most { // three tables, rounded up
		t.Errorf("a million keys take %d bytes, more than %d", grown, most)
	}
	runtime.KeepAlive(b)
	runtime.KeepAlive(d)
}

func heap() int64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc) //nolint:gosec // far below 2^63
}
