package redisstore

import (
	"context"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
)

// UpdateTogether makes the same change of several users in one batch.
func (s *Store) UpdateTogether(ctx context.Context, users []string, change func(stream.Tx) error) error {
	updates := make([]update, len(users))
	for i, user := range users {
		updates[i] = update{ctx: ctx, user: user, change: change}
	}
	_, err := combine.All(s.carryOut(ctx, updates))
	return err
}
