package tally

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// sum is a counter.
type sum struct {
	description
	grows  bool // it never becomes less
	series allSeries[*atomic.Int64]
}

// newSum returns one at zero, without a series.
func newSum(d description, grows bool) *sum {
	s := &sum{description: d, grows: grows}
	s.series.empty = func() *atomic.Int64 { return new(atomic.Int64) }
	return s
}

// Add counts n.
func (s *sum) Add(_ context.Context, n int64, options ...metric.AddOption) {
	c := metric.NewAddConfig(options)
	s.series.of(c.Attributes()).Add(n)
}

func (s *sum) collect(now time.Time) metricdata.Aggregation {
	data := metricdata.Sum[int64]{Temporality: metricdata.CumulativeTemporality, IsMonotonic: s.grows}
	for _, one := range s.series.list() {
		data.DataPoints = append(data.DataPoints, metricdata.DataPoint[int64]{
			Attributes: one.labels, StartTime: one.began, Time: now, Value: one.value.Load(),
		})
	}
	if len(data.DataPoints) == 0 {
		return nil
	}
	return data
}
