package tally

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// allSeries are the values of an instrument, one for each set of labels.
type allSeries[V any] struct {
	known atomic.Pointer[map[attribute.Distinct]*series[V]] // copied when one is added

	adding sync.Mutex
	empty  func() V
}

// series is the values under one set of labels.
type series[V any] struct {
	labels attribute.Set
	began  time.Time
	value  V
}

// of returns the value under labels. The first call makes it.
func (a *allSeries[V]) of(labels attribute.Set) V {
	if known := a.known.Load(); known != nil {
		if found := (*known)[labels.Equivalent()]; found != nil {
			return found.value
		}
	}
	return a.add(labels)
}

func (a *allSeries[V]) add(labels attribute.Set) V {
	a.adding.Lock()
	defer a.adding.Unlock()
	all := map[attribute.Distinct]*series[V]{}
	if known := a.known.Load(); known != nil {
		if found := (*known)[labels.Equivalent()]; found != nil {
			return found.value
		}
		maps.Copy(all, *known)
	}
	added := &series[V]{labels, time.Now(), a.empty()}
	all[labels.Equivalent()] = added
	a.known.Store(&all)
	return added.value
}

// list returns all of them, the oldest first.
func (a *allSeries[V]) list() []*series[V] {
	known := a.known.Load()
	if known == nil {
		return nil
	}
	return slices.SortedFunc(maps.Values(*known), func(a, b *series[V]) int { return cmp.Compare(a.began.UnixNano(), b.began.UnixNano()) })
}
