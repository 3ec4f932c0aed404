package redisdb

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/combine"
)

const (
	// Redis is asked again after a pause, doubled from the first to the longest.
	firstPause   = 20 * time.Millisecond
	longestPause = 500 * time.Millisecond
	// patience is how long it is asked for a caller without a deadline.
	patience = 5 * time.Second
	// reserve is the part of the time that is left for the answer to travel.
	reserve = 10
)

// again are what Redis says instead of doing anything, and that pass: a slot is
// on its way to another node, a script takes its time, the Cluster elects
// a master, data is being loaded, a master was demoted.
var again = []string{"TRYAGAIN", "BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY", "MOVED", "ASK"}

func isAgain(err error) bool {
	if !errors.As(err, new(redis.Error)) {
		return false
	}
	for _, prefix := range again {
		for one := err; one != nil; one = errors.Unwrap(one) {
			if redis.HasErrorPrefix(one, prefix) {
				return true
			}
		}
	}
	return false
}

// Persist does items, and again those to which Redis says that it will do them
// later, until the caller's time is nearly up. Each goes with its next batch, so
// that no other item waits for it. Such a reply means that nothing was done.
func Persist[T, R any](ctx context.Context, do func(context.Context, ...T) []combine.Result[R], items ...T) []combine.Result[R] {
	results := do(ctx, items...)
	deadline := time.Now().Add(patience)
	if given, ok := ctx.Deadline(); ok {
		deadline = given.Add(-time.Until(given) / reserve)
	}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		var places []int
		var left []T
		for i, r := range results {
			if r.Err != nil && isAgain(r.Err) {
				places, left = append(places, i), append(left, items[i])
			}
		}
		wait := pause/2 + rand.N(pause/2)
		if len(left) == 0 || time.Until(deadline) < wait {
			return results
		}
		select {
		case <-ctx.Done():
			return results
		case <-time.After(wait):
		}
		for i, r := range do(ctx, left...) {
			results[places[i]] = r
		}
	}
}
