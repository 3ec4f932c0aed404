package combine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"xiaozhibo.dev/libs/combine"
)

// BenchmarkDo is the price of combining alone: batches that do nothing.
func BenchmarkDo(b *testing.B) {
	for _, callers := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			batches := 0
			c := combine.New(combine.Options{Max: 4096}, plain(func(_ context.Context, items []int) ([]int, error) {
				batches++
				return items, nil
			}))
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			b.ReportAllocs()
			b.ResetTimer()
			var all sync.WaitGroup
			for caller := range callers {
				all.Go(func() {
					for i := caller; i < b.N; i += callers {
						if _, err := combine.All(c.Do(ctx, i)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			all.Wait()
			b.StopTimer()
			c.Close()
			b.ReportMetric(float64(b.N)/float64(batches), "items/batch")
		})
	}
}
