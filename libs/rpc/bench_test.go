package rpc_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

// BenchmarkWire compares a request for each call, as it is and with all that an
// upstream does for it, with one for all that wait, over the loopback interface.
func BenchmarkWire(b *testing.B) {
	method := rpc.Handle("words.Length", func(_ context.Context, words []word) ([]int, error) {
		found := make([]int, len(words))
		for i, w := range words {
			found[i] = len(w)
		}
		return found, nil
	})
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour) // callers have a deadline
	defer cancel()
	for _, callers := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("Call/callers=%d", callers), func(b *testing.B) {
			client := rpctest.Serve(b, method)
			callFrom(b, callers, func(words []word) ([]int, error) {
				return rpc.Call[[]int](ctx, client, "words.Length", words)
			})
		})
		b.Run(fmt.Sprintf("Upstream/callers=%d", callers), func(b *testing.B) {
			meter := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader())).Meter("bench")
			client, err := rpc.NewUpstream("words", []string{rpctest.Listen(b, method)}, nil, meter, quiet)
			if err != nil {
				b.Fatal(err)
			}
			defer client.Close()
			callFrom(b, callers, func(words []word) ([]int, error) {
				return rpc.Call[[]int](ctx, client, "words.Length", words)
			})
		})
		b.Run(fmt.Sprintf("Batch/callers=%d", callers), func(b *testing.B) {
			batch := rpc.NewBatch[word, int](rpctest.Serve(b, method), "words.Length")
			defer batch.Close()
			callFrom(b, callers, func(words []word) ([]int, error) { return combine.All(batch.Do(ctx, words)) })
		})
	}
}

func callFrom(b *testing.B, callers int, call func([]word) ([]int, error)) {
	b.Helper()
	b.ResetTimer()
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for i := caller; i < b.N; i += callers {
				if _, err := call([]word{"hello"}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
