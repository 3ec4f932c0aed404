package stream

import (
	"context"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// The reads are the store's own: it answers as of now, whatever has been settled.

// Sessions implements streams.Service.
func (s *Service) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	return s.store.Sessions(ctx, users)
}

// Fences implements streams.Service.
func (s *Service) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return s.store.Fences(ctx, users)
}

// Recordings implements streams.Service.
func (s *Service) Recordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	return s.store.Recordings(ctx, keys)
}

// Pages implements streams.Service.
func (s *Service) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	return combine.Checked(queries, func(good []streams.Query) []combine.Result[streams.Page] {
		return s.store.Pages(ctx, good)
	})
}
