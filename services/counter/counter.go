// Package counter is the counter service: likes that many people give at once.
package counter

import (
	"context"

	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/combine"
)

// Service implements the contract on a Store.
type Service struct {
	store Store
}

var _ counter.Service = (*Service)(nil)

// New returns the service on store, which stays the caller's to close.
func New(store Store) *Service { return &Service{store: store} }

// Add implements counter.Service.
func (s *Service) Add(ctx context.Context, additions []counter.Addition) []combine.Result[int64] {
	return combine.Checked(additions, func(good []counter.Addition) []combine.Result[int64] {
		return s.store.Add(ctx, good)
	})
}

// Get implements counter.Service.
func (s *Service) Get(ctx context.Context, keys []counter.Key) []combine.Result[int64] {
	return combine.Checked(keys, func(good []counter.Key) []combine.Result[int64] {
		return s.store.Get(ctx, good)
	})
}
