package rpc

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptrace"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/apierr"
)

const (
	maxAttempts = 8
	// The first attempt has a third of the time, so that a copy that hangs does
	// not take all of it; each that follows two thirds of what is left, so that
	// a service that is slow still answers. None has less than minAttempt.
	minAttempt = 250 * time.Millisecond
	// Between attempts there is a pause, doubled from the first to the longest.
	firstPause   = 10 * time.Millisecond
	longestPause = 300 * time.Millisecond
)

// persist makes attempts until one is answered with something that another
// copy would answer too, or until there is no time for another.
func (u *upstream) persist(ctx context.Context, method string, send attempt) (answered bool, err error) {
	pause := firstPause
	for attempts := 1; ; attempts++ {
		limit := left(ctx) / 3
		if attempts > 1 {
			limit *= 2
		}
		address, answered, err := u.attempt(ctx, limit, send)
		if answered && (apierr.CodeOf(err) != apierr.Unavailable || errors.Is(err, errTooLong) || errors.Is(err, errRefused)) {
			return true, err
		}
		u.tellStranger(ctx, address, err)
		if ctx.Err() == nil { // it is not the caller who left
			if address != "" {
				u.copies.avoid(address)
			}
			u.transport.CloseIdleConnections() // others lead to the same copy
		}
		if attempts == maxAttempts || !wait(ctx, pause/2+rand.N(pause/2)) {
			return answered, noAnswer(method, u.story(attempts, address, err))
		}
		pause = min(2*pause, longestPause)
		u.metrics.retried(method)
		if span := trace.SpanFromContext(ctx); span.IsRecording() {
			span.AddEvent("retry", trace.WithAttributes(
				attribute.Int("attempt", attempts+1), attribute.String("refused_by", address), attribute.String("reason", err.Error())))
		}
	}
}

// attempt also returns the address that was asked, if one was reached.
func (u *upstream) attempt(ctx context.Context, limit time.Duration, send attempt) (address string, answered bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, max(limit, minAttempt)) // never beyond ctx
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) { address = got.Conn.RemoteAddr().String() },
	})
	answered, err = send(ctx)
	return address, answered, err
}

func (u *upstream) story(attempts int, address string, last error) error {
	if address == "" {
		address = "nobody"
	}
	return fmt.Errorf("upstream %s, attempts %d, the last to %s: %w", u.name, attempts, address, last)
}

// wait reports whether there is time left after a pause.
func wait(ctx context.Context, pause time.Duration) bool {
	if left(ctx) <= pause {
		return false
	}
	select {
	case <-time.After(pause):
		return true
	case <-ctx.Done():
		return false
	}
}

// left is the time until the deadline, which must be set.
func left(ctx context.Context) time.Duration {
	deadline, _ := ctx.Deadline()
	return time.Until(deadline)
}
