package telemetry

import (
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Labels are those of an instrument, made once for each key. Keys must be few, and
// hold no bytes that a request lends. It is safe for concurrent use.
type Labels[K comparable] struct{ known sync.Map }

// Of returns the labels of a key, whose attributes are asked for the first time.
func (l *Labels[K]) Of(key K, attributes func(K) []attribute.KeyValue) metric.MeasurementOption {
	labels, known := l.known.Load(key)
	if !known {
		labels, _ = l.known.LoadOrStore(key, metric.WithAttributeSet(attribute.NewSet(attributes(key)...)))
	}
	return labels.(metric.MeasurementOption)
}
