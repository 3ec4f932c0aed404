// Package clocktest is the clock of tests: time passes when the test says so. What has a clock
// handed over, as all services have, can so be tested over hours. What waits by itself is for
// testing/synctest.
package clocktest

import (
	"sync/atomic"
	"time"
)

// Clock stands still until it is moved. Its zero value stands at 0 Unix time.
// It is safe for concurrent use.
type Clock struct{ nanos atomic.Int64 }

// Now reads the clock.
func (c *Clock) Now() time.Time { return time.Unix(0, c.nanos.Load()) }

// Move moves the clock on, or back if d is negative.
func (c *Clock) Move(d time.Duration) { c.nanos.Add(int64(d)) }
