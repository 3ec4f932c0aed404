//go:build !race

// One goroutine does the same again and again: the race detector has nothing to compare here. make unraced runs it.

package fairuse_test

import (
	"fmt"
	"runtime"
	"testing"

	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/libs/api/streams"
)

// All tables at once, with more made-up keys than they hold.
func TestAllLimitsTogetherHaveABoundedMemory(t *testing.T) {
	before := heap()
	limits, _ := newLimits(t, fairuse.Config{
		MaxLikesPerClient: 1, MaxLikesPerAddress: 1 << 30, MaxChangesPerUser: 1, MaxAnchorsPerAddress: 1 << 30,
		MaxUsersPerAddress: 1 << 30, MaxRoomsPerAddress: 1 << 30, MaxMembersPerAddress: 1, MaxUploadsPerAddress: 1 << 30,
	})
	for i := range 400_000 {
		made := fmt.Sprint("made up ", i)
		limits.Likes(t.Context(), home, made)
		mustBe(t, limits.Enter(t.Context(), home, made, made), true, "")
		mustBe(t, limits.Change(t.Context(), home, fairuse.Change{Status: streams.Status{User: made}}), true, "")
	}
	if grown := heap() - before; grown > 37<<20 {
		t.Errorf("the tables take %d bytes", grown)
	}
	runtime.KeepAlive(limits)
}

func heap() int64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc) //nolint:gosec // far below 2^63
}
