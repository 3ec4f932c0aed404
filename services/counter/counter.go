// Package counter is the counter service: it counts likes, which many people give at once.
// A count belongs to a session, whose number is a fence, see counters.Key.
//
// Service is what the gateway calls, Value is the rule, and Store is what bbolt and Redis
// implement. The package does not know which sessions there are: a number that the stream
// service gave to nobody is counted like any other. It has no sweeper, because what a store
// does not need any more goes with a later write.
package counter

import (
	"cmp"
	"context"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
)

// Service implements counters.Service on a Store. It adds the checks; everything else is
// the store's. It is safe for concurrent use if its store is.
type Service struct {
	store Store
	now   func() time.Time
}

var _ counters.Service = (*Service)(nil)

// New returns the service on store, which stays the caller's to close, by the
// clock now.
func New(store Store, now func() time.Time) *Service { return &Service{store, now} }

// Add implements counters.Service. A session more than a day ahead of the clock is
// Invalid: kept, it would shut out every real one.
func (s *Service) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	now := s.now()
	check := func(a counters.Addition) error { return cmp.Or(a.Check(), session.CheckNow(a.Key.Session, now)) }
	return combine.Sorted(additions, check, func(good []counters.Addition) []combine.Result[int64] {
		return s.store.Add(ctx, good)
	})
}

// Get implements counters.Service. It refuses the same keys as Add, although a read of them
// would harm nobody.
func (s *Service) Get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	now := s.now()
	check := func(key counters.Key) error { return cmp.Or(key.Check(), session.CheckNow(key.Session, now)) }
	return combine.Sorted(keys, check, func(good []counters.Key) []combine.Result[int64] {
		return s.store.Get(ctx, good)
	})
}
