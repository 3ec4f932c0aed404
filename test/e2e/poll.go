package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"testing"
	"time"
)

// pollInterval is the pause between two looks at something that has to happen.
const pollInterval = 50 * time.Millisecond

// eventually waits until cond holds, and fails t when it does not within limit.
func eventually(t testing.TB, limit time.Duration, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(pollInterval) {
		if cond() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain: %s", limit, what)
		}
	}
}

// nextSecond returns once the clock shows a later whole second: timestamps of the protocol are whole seconds.
func nextSecond() time.Time {
	now := time.Now()
	time.Sleep(now.Truncate(time.Second).Add(time.Second + 10*time.Millisecond).Sub(now))
	return time.Now()
}

// together calls f(0) … f(n-1) in goroutines that begin together and fails t with the first error.
func together(t testing.TB, n int, f func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	begin := make(chan struct{})
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			<-begin
			errs[i] = f(i)
		})
	}
	close(begin)
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// newID is an id no other case uses.
func newID(kind string) string {
	random := make([]byte, 6)
	_, _ = rand.Read(random) // it never fails
	return kind + "-" + hex.EncodeToString(random)
}

// clockSkew is how far the server's clock may be from ours.
const clockSkew = 30 * time.Second

// mustBeNow checks that a timestamp, in Unix seconds, is of this moment.
func mustBeNow(t testing.TB, timestamp int) {
	t.Helper()
	if off := time.Since(time.Unix(int64(timestamp), 0)).Abs(); off > clockSkew {
		t.Errorf("timestamp %d is %v off", timestamp, off)
	}
}
