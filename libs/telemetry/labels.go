package telemetry

import (
	"maps"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Known holds what is made once for each key. Keys must be few, and hold no bytes that a
// request lends. Its zero value is empty and ready. It is safe for concurrent use.
type Known[K comparable, V any] struct {
	known atomic.Pointer[map[K]V] // copied when one is added

	adding sync.Mutex
}

// Of returns the value of a key. The first call for the key makes it.
func (k *Known[K, V]) Of(key K, first func(K) V) V {
	if known := k.known.Load(); known != nil {
		if value, found := (*known)[key]; found {
			return value
		}
	}
	return k.add(key, first)
}

// add keeps the value of a key. The map is copied, so that those who read it need no lock.
func (k *Known[K, V]) add(key K, first func(K) V) V {
	k.adding.Lock()
	defer k.adding.Unlock()
	all := map[K]V{}
	if known := k.known.Load(); known != nil {
		if value, found := (*known)[key]; found {
			return value
		}
		maps.Copy(all, *known)
	}
	all[key] = first(key)
	k.known.Store(&all)
	return all[key]
}

// Labels are those of an instrument, made once for each key, as Known says.
type Labels[K comparable] struct {
	known Known[K, metric.MeasurementOption]
}

// Of returns the labels of a key. It calls attributes only the first time that it sees the key.
func (l *Labels[K]) Of(key K, attributes func(K) []attribute.KeyValue) metric.MeasurementOption {
	return l.known.Of(key, func(key K) metric.MeasurementOption {
		return metric.WithAttributeSet(attribute.NewSet(attributes(key)...))
	})
}
