// Package storebench measures the writes of many callers at once.
package storebench

import (
	"sync"
	"sync/atomic"
	"testing"
)

// Race has callers write at once, b.N times together, and reports writes/s.
// Write is given the number of the call, from 1.
func Race(b *testing.B, callers int, write func(i int) error) {
	b.Helper()
	var calls atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for i := int(calls.Add(1)); i <= b.N; i = int(calls.Add(1)) {
				if err := write(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}
