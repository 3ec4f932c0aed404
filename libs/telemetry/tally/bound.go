package tally

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// What is bound has its place looked up once, not for each value: for whoever measures
// every request under the same few sets of labels. Instruments of others can be bound too,
// at their own cost.

// BindFloat64Histogram returns the Record of an instrument under labels.
func BindFloat64Histogram(h metric.Float64Histogram, labels attribute.Set) func(context.Context, float64) {
	if ours, ok := h.(float64Histogram); ok {
		b := ours.series.of(labels)
		return func(ctx context.Context, value float64) { ours.record(ctx, b, value) }
	}
	option := metric.WithAttributeSet(labels)
	return func(ctx context.Context, value float64) { h.Record(ctx, value, option) }
}

// BindInt64Histogram returns the Record of an instrument under labels.
func BindInt64Histogram(h metric.Int64Histogram, labels attribute.Set) func(context.Context, int64) {
	if ours, ok := h.(int64Histogram); ok {
		b := ours.series.of(labels)
		return func(ctx context.Context, value int64) { ours.record(ctx, b, value) }
	}
	option := metric.WithAttributeSet(labels)
	return func(ctx context.Context, value int64) { h.Record(ctx, value, option) }
}

// BindInt64UpDownCounter returns the Add of an instrument under labels.
func BindInt64UpDownCounter(c metric.Int64UpDownCounter, labels attribute.Set) func(context.Context, int64) {
	if ours, ok := c.(upDownCounter); ok {
		sum := ours.series.of(labels)
		return func(_ context.Context, n int64) { sum.Add(n) }
	}
	option := metric.WithAttributeSet(labels)
	return func(ctx context.Context, n int64) { c.Add(ctx, n, option) }
}
