// Package storebench measures the writes of many callers at once.
package storebench

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Race has callers write at once, b.N times together, and reports writes/s.
// Write is given the number of the call, from 1.
func Race(b *testing.B, callers int, write func(i int) error) {
	b.Helper()
	b.ResetTimer()
	rate := Rate(b, callers, b.N, write)
	b.StopTimer()
	b.ReportMetric(rate, "writes/s")
}

// Rate is Race with n writes, and returns how many are done in a second.
func Rate(b *testing.B, callers, n int, write func(i int) error) float64 {
	b.Helper()
	var calls atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range callers {
		all.Go(func() {
			for i := int(calls.Add(1)); i <= n; i = int(calls.Add(1)) {
				if err := write(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n) / time.Since(began).Seconds()
}
