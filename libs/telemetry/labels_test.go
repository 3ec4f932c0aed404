package telemetry_test

import (
	"fmt"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/telemetry"
)

type pair struct{ method, code string }

func TestEveryKeyHasItsLabels(t *testing.T) {
	var labels telemetry.Labels[pair]
	of := func(key pair) attribute.Set {
		option := labels.Of(key, func(key pair) []attribute.KeyValue {
			return []attribute.KeyValue{attribute.String("method", key.method), attribute.String("code", key.code)}
		})
		return metric.NewAddConfig([]metric.AddOption{option}).Attributes()
	}
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for i := range 100 {
				key := pair{method: fmt.Sprint(i % 10), code: fmt.Sprint(i % 3)}
				want := attribute.NewSet(attribute.String("method", key.method), attribute.String("code", key.code))
				if got := of(key); got != want {
					t.Errorf("%v has %v", key, got)
				}
			}
		})
	}
	callers.Wait()
}

func TestAKnownKeyCostsNothing(t *testing.T) {
	var labels telemetry.Labels[pair]
	asked := 0
	attributes := func(pair) []attribute.KeyValue { asked++; return nil }
	key := pair{method: "method", code: "code"}
	labels.Of(key, attributes)
	if n := testing.AllocsPerRun(100, func() { labels.Of(key, attributes) }); n != 0 || asked != 1 {
		t.Errorf("%v allocations, asked %d times", n, asked)
	}
}
