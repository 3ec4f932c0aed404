// Package counter is the counter service: likes that many people give at once.
package counter

import (
	"context"

	"xiaozhibo.dev/libs/api/counter"
)

// Service implements the contract on a Store.
type Service struct {
	store Store
}

var _ counter.Service = (*Service)(nil)

// New returns the service on store, which stays the caller's to close.
func New(store Store) *Service { return &Service{store: store} }

// Add implements counter.Service.
func (s *Service) Add(ctx context.Context, additions []counter.Addition) ([]int64, error) {
	for _, a := range additions {
		if err := a.Check(); err != nil {
			return nil, err
		}
	}
	return s.store.Add(ctx, additions)
}

// Get implements counter.Service.
func (s *Service) Get(ctx context.Context, keys []counter.Key) ([]int64, error) {
	for _, key := range keys {
		if err := key.Check(); err != nil {
			return nil, err
		}
	}
	return s.store.Get(ctx, keys)
}
