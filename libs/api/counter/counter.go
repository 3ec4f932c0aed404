// Package counter is the contract of the counter service: numbers that many
// people change at once. Today they are likes.
package counter

import (
	"context"

	"xiaozhibo.dev/libs/apierr"
)

// Max is the largest value a counter reaches: the published protocol carries
// 32-bit integers. A counter stays between 0 and Max whatever is added.
const Max = 1<<31 - 1

// Key names one counter. Session is a fence: an addition under a newer session
// begins again at zero, one under an older session changes nothing, and a
// counter read under any other session than its own is zero. So opening
// a session needs no write here that could be forgotten.
type Key struct {
	Name    string `json:"name"` // 1–1,024 bytes
	Session int64  `json:"session"`
}

// Addition adds Delta, which may be negative, to one counter.
type Addition struct {
	Key   Key   `json:"key"`
	Delta int64 `json:"delta"`
}

// Service counts. Errors are Storage and Unavailable, for the whole call, and
// Invalid for a key that Check refuses.
type Service interface {
	// Add applies every addition and returns the values reached, in order. It
	// cannot know a repeated call from a second like: repeats count again.
	Add(ctx context.Context, additions []Addition) ([]int64, error)

	// Get returns the value of each counter, in order; one never added to is 0.
	Get(ctx context.Context, keys []Key) ([]int64, error)
}

// Check returns an Invalid error for a key no counter can have.
func (k Key) Check() error {
	if len(k.Name) == 0 || len(k.Name) > 1024 {
		return apierr.New(apierr.Invalid, "counter name must be 1 to 1024 bytes")
	}
	return nil
}

// Check returns an Invalid error for an addition to a key no counter can have.
func (a Addition) Check() error { return a.Key.Check() }
