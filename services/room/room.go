// Package room is the room service: it keeps who is watching, for how long, and in which
// order. A room belongs to a session, whose number is a fence, see members.Key.
//
// Service is what the gateway calls, Value is the rule, and Store is what bbolt and Redis
// implement. The package does not know who is live: it takes the session that it is told,
// and a room is as good for a recording, under session 0. It counts no viewers: the number
// of viewers is the size of a set, so an entry that comes twice counts once.
package room

import (
	"cmp"
	"context"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
)

// Service implements members.Service on a Store. It adds the checks; everything else is
// the store's. It is safe for concurrent use if its store is.
type Service struct {
	store Store
	now   func() time.Time
}

var _ members.Service = (*Service)(nil)

// New returns the service on store, which stays the caller's to close, by the
// clock now.
func New(store Store, now func() time.Time) *Service { return &Service{store, now} }

// Enter implements members.Service.
func (s *Service) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	return checked(s, entries, func(e members.Entry) members.Key { return e.Room }, func(good []members.Entry) []combine.Written {
		return s.store.Enter(ctx, good)
	})
}

// Quit implements members.Service.
func (s *Service) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	return checked(s, exits, func(e members.Exit) members.Key { return e.Room }, func(good []members.Exit) []combine.Written {
		return s.store.Quit(ctx, good)
	})
}

// Hear implements members.Service.
func (s *Service) Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	return checked(s, presences, func(p members.Presence) members.Key { return p.Room }, func(good []members.Presence) []combine.Result[members.Verdict] {
		return s.store.Hear(ctx, good)
	})
}

// Pages implements members.Service.
func (s *Service) Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page] {
	return checked(s, queries, func(q members.Query) members.Key { return q.Room }, func(good []members.Query) []combine.Result[members.Page] {
		return s.store.Pages(ctx, good)
	})
}

// Sizes implements members.Service.
func (s *Service) Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	return checked(s, rooms, func(k members.Key) members.Key { return k }, func(good []members.Key) []combine.Result[int] {
		return s.store.Sizes(ctx, good)
	})
}

// Audiences implements members.Service.
func (s *Service) Audiences(ctx context.Context, keys []members.Key) []combine.Result[members.Audience] {
	return checked(s, keys, func(k members.Key) members.Key { return k }, func(good []members.Key) []combine.Result[members.Audience] {
		return s.store.Audiences(ctx, good)
	})
}

// Sweep frees what the members who have left by themselves still occupy. It is
// to be called every few seconds; no answer depends on it.
func (s *Service) Sweep(ctx context.Context) error { return s.store.Sweep(ctx) }

// checked runs the items that pass their checks, and gives each of the others its Invalid
// error. A session more than a day ahead of the clock is refused here: kept, it would be a
// fence that shuts out every real session.
func checked[T interface{ Check() error }, R any](s *Service, items []T, key func(T) members.Key, run func([]T) []combine.Result[R]) []combine.Result[R] {
	now := s.now()
	check := func(item T) error { return cmp.Or(item.Check(), session.CheckNow(key(item).Session, now)) }
	return combine.Sorted(items, check, run)
}
