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

// Update is one change of a batch that a test makes.
type Update = update

// NewUpdate returns the update that Store.Update makes of its arguments.
func NewUpdate(ctx context.Context, user string, reads stream.Reads, change func(stream.Tx) error) Update {
	return update{ctx: ctx, user: user, reads: reads, change: change}
}

// CarryOut makes one batch of updates, and returns what became of each.
func (s *Store) CarryOut(ctx context.Context, updates []Update) []error {
	errs := make([]error, len(updates))
	for i, result := range s.carryOut(ctx, updates) {
		errs[i] = result.Err
	}
	return errs
}
