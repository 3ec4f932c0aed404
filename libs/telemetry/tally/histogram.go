package tally

import (
	"context"
	"math"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"
)

// usualBounds are OpenTelemetry's own, for who names none.
var usualBounds = []float64{0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000}

// histogram counts values by the buckets they fall in.
type histogram[N int64 | float64] struct {
	description
	bounds []float64
	series allSeries[*buckets[N]]
}

// buckets are the values under one set of labels.
type buckets[N int64 | float64] struct {
	counts   []atomic.Uint64                          // the last one is for what is over all bounds
	examples []atomic.Pointer[metricdata.Exemplar[N]] // the last value in a trace that is recorded, of each bucket
	sum      atomic.Uint64                            // the bits of a float64
}

// newHistogram returns one that has counted nothing. bounds are ascending; without any they are
// the usual ones.
func newHistogram[N int64 | float64](d description, bounds []float64) *histogram[N] {
	if len(bounds) == 0 {
		bounds = usualBounds
	}
	h := &histogram[N]{description: d, bounds: slices.Clone(bounds)}
	h.series.empty = func() *buckets[N] {
		return &buckets[N]{
			counts:   make([]atomic.Uint64, len(bounds)+1),
			examples: make([]atomic.Pointer[metricdata.Exemplar[N]], len(bounds)+1),
		}
	}
	return h
}

// Record counts a value.
func (h *histogram[N]) Record(ctx context.Context, value N, options ...metric.RecordOption) {
	c := metric.NewRecordConfig(options)
	h.record(ctx, h.series.of(c.Attributes()), value)
}

// record counts a value under the labels of b. Only a span that is recorded is asked for its
// ids: others may have none yet.
func (h *histogram[N]) record(ctx context.Context, b *buckets[N], value N) {
	place := sort.SearchFloat64s(h.bounds, float64(value))
	b.counts[place].Add(1)
	b.add(float64(value))
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	if ids := span.SpanContext(); ids.IsSampled() {
		traceID, spanID := ids.TraceID(), ids.SpanID()
		b.examples[place].Store(&metricdata.Exemplar[N]{Time: time.Now(), Value: value, TraceID: traceID[:], SpanID: spanID[:]})
	}
}

// add adds to the sum without a lock: it tries again where another was faster.
func (b *buckets[N]) add(value float64) {
	for {
		before := b.sum.Load()
		if b.sum.CompareAndSwap(before, math.Float64bits(math.Float64frombits(before)+value)) {
			return
		}
	}
}

// collect implements instrument. Buckets are read one after the other, so a value that comes
// meanwhile may be in the count and not yet in the sum.
func (h *histogram[N]) collect(now time.Time) metricdata.Aggregation {
	data := metricdata.Histogram[N]{Temporality: metricdata.CumulativeTemporality}
	for _, one := range h.series.list() {
		point := metricdata.HistogramDataPoint[N]{
			Attributes: one.labels, StartTime: one.began, Time: now,
			Bounds: h.bounds, BucketCounts: make([]uint64, len(one.value.counts)),
			Sum: N(math.Float64frombits(one.value.sum.Load())),
		}
		for i := range one.value.counts {
			point.BucketCounts[i] = one.value.counts[i].Load()
			point.Count += point.BucketCounts[i]
			if example := one.value.examples[i].Load(); example != nil {
				point.Exemplars = append(point.Exemplars, *example)
			}
		}
		data.DataPoints = append(data.DataPoints, point)
	}
	if len(data.DataPoints) == 0 {
		return nil
	}
	return data
}
