package tally

import (
	"context"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/embedded"
)

// meter makes instruments of the registry.
type meter struct {
	metric.Meter
	registry *Registry
	name     string
}

// Int64Counter returns the counter of that name.
func (m meter) Int64Counter(name string, options ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	c := metric.NewInt64CounterConfig(options...)
	return counter{sum: add(m.registry, m.name, newSum(description{name: name, text: c.Description(), unit: c.Unit()}, true))}, nil
}

// Int64UpDownCounter returns the counter of that name.
func (m meter) Int64UpDownCounter(name string, options ...metric.Int64UpDownCounterOption) (metric.Int64UpDownCounter, error) {
	c := metric.NewInt64UpDownCounterConfig(options...)
	return upDownCounter{sum: add(m.registry, m.name, newSum(description{name: name, text: c.Description(), unit: c.Unit()}, false))}, nil
}

// Int64Histogram returns the histogram of that name.
func (m meter) Int64Histogram(name string, options ...metric.Int64HistogramOption) (metric.Int64Histogram, error) {
	c := metric.NewInt64HistogramConfig(options...)
	return int64Histogram{histogram: add(m.registry, m.name, newHistogram[int64](description{name: name, text: c.Description(), unit: c.Unit()}, c.ExplicitBucketBoundaries()))}, nil
}

// Float64Histogram returns the histogram of that name.
func (m meter) Float64Histogram(name string, options ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	c := metric.NewFloat64HistogramConfig(options...)
	return float64Histogram{histogram: add(m.registry, m.name, newHistogram[float64](description{name: name, text: c.Description(), unit: c.Unit()}, c.ExplicitBucketBoundaries()))}, nil
}

type counter struct {
	embedded.Int64Counter
	enabled
	*sum
}

type upDownCounter struct {
	embedded.Int64UpDownCounter
	enabled
	*sum
}

type int64Histogram struct {
	embedded.Int64Histogram
	enabled
	*histogram[int64]
}

type float64Histogram struct {
	embedded.Float64Histogram
	enabled
	*histogram[float64]
}

// enabled is part of every instrument.
type enabled struct{}

func (enabled) Enabled(context.Context) bool { return true }
