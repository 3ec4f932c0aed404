package telemetry

import (
	"maps"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Labels are those of an instrument, made once for each key. Keys must be few, and
// hold no bytes that a request lends. It is safe for concurrent use.
type Labels[K comparable] struct {
	known atomic.Pointer[map[K]metric.MeasurementOption] // copied when one is added

	adding sync.Mutex
}

// Of returns the labels of a key. It calls attributes only the first time that it sees the key.
func (l *Labels[K]) Of(key K, attributes func(K) []attribute.KeyValue) metric.MeasurementOption {
	if known := l.known.Load(); known != nil {
		if labels, found := (*known)[key]; found {
			return labels
		}
	}
	return l.add(key, metric.WithAttributeSet(attribute.NewSet(attributes(key)...)))
}

// add keeps the labels of a key. The map is copied, so that those who read it need no lock.
func (l *Labels[K]) add(key K, labels metric.MeasurementOption) metric.MeasurementOption {
	l.adding.Lock()
	defer l.adding.Unlock()
	all := map[K]metric.MeasurementOption{}
	if known := l.known.Load(); known != nil {
		maps.Copy(all, *known)
	}
	all[key] = labels
	l.known.Store(&all)
	return labels
}
