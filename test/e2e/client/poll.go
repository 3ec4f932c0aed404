package client

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"testing"
	"time"
)

// PollInterval is the pause between two looks at something that has to happen.
const PollInterval = 50 * time.Millisecond

// Eventually waits until cond holds, and fails t when it does not within limit.
func Eventually(t testing.TB, limit time.Duration, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(PollInterval) {
		if cond() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain: %s", limit, what)
		}
	}
}

// NextSecond returns once the clock shows a later whole second: timestamps of the protocol are whole seconds.
func NextSecond() time.Time {
	now := time.Now()
	time.Sleep(now.Truncate(time.Second).Add(time.Second + 10*time.Millisecond).Sub(now))
	return time.Now()
}

// Together calls f(0) … f(n-1) in goroutines that begin together and fails t with the first error.
func Together(t testing.TB, n int, f func(i int) error) {
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

// NewID is an id no other case uses.
func NewID(kind string) string {
	random := make([]byte, 6)
	_, _ = rand.Read(random) // it never fails
	return kind + "-" + hex.EncodeToString(random)
}

// ClockSkew is how far the server's clock may be from ours.
const ClockSkew = 30 * time.Second

// MustBeNow checks that a timestamp, in Unix seconds, is of this moment.
func MustBeNow(t testing.TB, timestamp int) {
	t.Helper()
	if off := time.Since(time.Unix(int64(timestamp), 0)).Abs(); off > ClockSkew {
		t.Errorf("timestamp %d is %v off", timestamp, off)
	}
}
