// Package tally has the counters and histograms of what is measured for every request.
// OpenTelemetry's SDK looks at each label of each value anew; here that is done once for a set
// of labels, and a value costs a tenth. A reader of metrics gets the same from both, except that
// these are always cumulative.
//
// A Registry makes the meters. Packages use them as OpenTelemetry's own and do not know the
// difference. Instruments that are asked rather than told, such as observable gauges, are left
// to the SDK: they cost nothing while nobody reads.
package tally

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// Registry has the instruments of a process. Its zero value is empty and ready. It is
// to be a producer of every reader.
type Registry struct {
	mu     sync.Mutex
	scopes []*scope
}

var _ sdkmetric.Producer = (*Registry)(nil)

// scope has the instruments of one meter.
type scope struct {
	name        string
	instruments []instrument
}

// instrument is one of a name.
type instrument interface {
	named() string
	collect(now time.Time) metricdata.Aggregation // nil if nothing was measured
	describe() metricdata.Metrics
}

// description is what the reader of an instrument is told.
type description struct{ name, text, unit string }

func (d description) named() string { return d.name }

func (d description) describe() metricdata.Metrics {
	return metricdata.Metrics{Name: d.name, Description: d.text, Unit: d.unit}
}

// Meter returns a meter of that name: its counters and histograms are those of the
// registry, everything else is that of next.
func (r *Registry) Meter(name string, next metric.Meter) metric.Meter {
	return meter{next, r, name}
}

// Produce returns all that was measured until now.
func (r *Registry) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	produced := make([]metricdata.ScopeMetrics, 0, len(r.scopes))
	for _, s := range r.scopes {
		all := metricdata.ScopeMetrics{Scope: instrumentation.Scope{Name: s.name}}
		for _, one := range s.instruments {
			if data := one.collect(now); data != nil {
				m := one.describe()
				m.Data = data
				all.Metrics = append(all.Metrics, m)
			}
		}
		produced = append(produced, all)
	}
	return produced, nil
}

// add returns the instrument of a name in a scope. The first call makes it.
func add[I instrument](r *Registry, in string, made I) I {
	r.mu.Lock()
	defer r.mu.Unlock()
	place := slices.IndexFunc(r.scopes, func(s *scope) bool { return s.name == in })
	if place < 0 {
		place = len(r.scopes)
		r.scopes = append(r.scopes, &scope{name: in})
	}
	for _, known := range r.scopes[place].instruments {
		if same, ok := known.(I); ok && known.named() == made.named() {
			return same
		}
	}
	r.scopes[place].instruments = append(r.scopes[place].instruments, made)
	return made
}
