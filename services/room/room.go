// Package room is the room service: who is watching, for how long, in which
// order.
package room

import (
	"context"

	"xiaozhibo.dev/libs/api/room"
)

// Service implements the contract on a Store.
type Service struct {
	store Store
}

var _ room.Service = (*Service)(nil)

// New returns the service on store, which stays the caller's to close.
func New(store Store) *Service { return &Service{store: store} }

// Enter implements room.Service.
func (s *Service) Enter(ctx context.Context, entries []room.Entry) ([]struct{}, error) {
	if err := check(entries); err != nil {
		return nil, err
	}
	return make([]struct{}, len(entries)), s.store.Enter(ctx, entries)
}

// Quit implements room.Service.
func (s *Service) Quit(ctx context.Context, exits []room.Exit) ([]struct{}, error) {
	if err := check(exits); err != nil {
		return nil, err
	}
	return make([]struct{}, len(exits)), s.store.Quit(ctx, exits)
}

// Pages implements room.Service.
func (s *Service) Pages(ctx context.Context, queries []room.Query) ([]room.Page, error) {
	if err := check(queries); err != nil {
		return nil, err
	}
	return s.store.Pages(ctx, queries)
}

// Sizes implements room.Service.
func (s *Service) Sizes(ctx context.Context, rooms []room.Key) ([]int, error) {
	if err := check(rooms); err != nil {
		return nil, err
	}
	return s.store.Sizes(ctx, rooms)
}

// Sweep frees what the members who have left by themselves still occupy. It is
// to be called every few seconds; no answer depends on it.
func (s *Service) Sweep(ctx context.Context) error { return s.store.Sweep(ctx) }

func check[T interface{ Check() error }](items []T) error {
	for _, item := range items {
		if err := item.Check(); err != nil {
			return err
		}
	}
	return nil
}
