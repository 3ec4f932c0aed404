// Package room is the room service: who is watching, for how long, in which
// order.
package room

import (
	"context"

	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/combine"
)

// Service implements the contract on a Store.
type Service struct {
	store Store
}

var _ room.Service = (*Service)(nil)

// New returns the service on store, which stays the caller's to close.
func New(store Store) *Service { return &Service{store: store} }

// Enter implements room.Service.
func (s *Service) Enter(ctx context.Context, entries []room.Entry) []combine.Result[struct{}] {
	return combine.Checked(entries, func(good []room.Entry) []combine.Result[struct{}] {
		return s.store.Enter(ctx, good)
	})
}

// Quit implements room.Service.
func (s *Service) Quit(ctx context.Context, exits []room.Exit) []combine.Result[struct{}] {
	return combine.Checked(exits, func(good []room.Exit) []combine.Result[struct{}] {
		return s.store.Quit(ctx, good)
	})
}

// Pages implements room.Service.
func (s *Service) Pages(ctx context.Context, queries []room.Query) []combine.Result[room.Page] {
	return combine.Checked(queries, func(good []room.Query) []combine.Result[room.Page] {
		return s.store.Pages(ctx, good)
	})
}

// Sizes implements room.Service.
func (s *Service) Sizes(ctx context.Context, rooms []room.Key) []combine.Result[int] {
	return combine.Checked(rooms, func(good []room.Key) []combine.Result[int] {
		return s.store.Sizes(ctx, good)
	})
}

// Sweep frees what the members who have left by themselves still occupy. It is
// to be called every few seconds; no answer depends on it.
func (s *Service) Sweep(ctx context.Context) error { return s.store.Sweep(ctx) }
