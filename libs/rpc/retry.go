package rpc

import (
	"context"
	"fmt"
	"net"
	"net/http/httptrace"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
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

// persist is written here although there are libraries: what they do not have is
// that attempts share the caller's deadline, so that one copy that hangs and a
// service that is slow are both survived.
//
// It makes attempts until the outcome of one is final, or until there is no
// time for another. It returns the outcome of the last. An attempt that the
// caller's deadline cut short tells less than the one before: its error is not
// the one returned.
func (u *upstream) persist(ctx context.Context, method string, send attempt) (outcome, error) {
	pause := firstPause
	var told error
	for attempts := 1; ; attempts++ {
		limit := remaining(ctx) / 3
		if attempts > 1 {
			limit *= 2
		}
		address, got, err := u.attempt(ctx, limit, send)
		if got == final {
			return final, err
		}
		u.tellStranger(ctx, address, err)
		if told == nil || ctx.Err() == nil {
			told = err
		}
		if ctx.Err() == nil { // it is not the caller who left
			if address != "" {
				u.route.avoid(address)
			}
			u.route.CloseIdleConnections() // others lead to the same copy
		}
		if attempts == maxAttempts || !u.pause(ctx, method, pause) {
			return got, noAnswer(method, u.gaveUp(attempts, address, told))
		}
		pause = min(2*pause, longestPause)
		u.metrics.retried(method)
		traceRetry(ctx, attempts, address)
	}
}

// attempt also returns the address that was asked, if one was reached.
func (u *upstream) attempt(ctx context.Context, limit time.Duration, send attempt) (address string, got outcome, err error) {
	ctx, cancel := context.WithTimeout(ctx, max(limit, minAttempt)) // never beyond ctx
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) { address = got.Conn.RemoteAddr().String() },
	})
	got, err = send(ctx)
	return address, got, err
}

// traceRetry tells a span that a call is sent again, and which copy, "" if none
// was reached, has not carried it out. Causes are for logs only.
func traceRetry(ctx context.Context, attempts int, address string) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	attributes := []attribute.KeyValue{semconv.HTTPRequestResendCount(attempts)}
	if host, _, err := net.SplitHostPort(address); err == nil {
		attributes = append(attributes, semconv.NetworkPeerAddress(host))
	}
	span.AddEvent("retry", trace.WithAttributes(attributes...))
}

// gaveUp is the error of a call that no attempt brought to an end.
func (u *upstream) gaveUp(attempts int, address string, cause error) error {
	if address == "" {
		address = "nobody"
	}
	return fmt.Errorf("upstream %s, attempts %d, the last to %s: %w", u.name, attempts, address, cause)
}

// remaining is the time until the deadline, which must be set.
func remaining(ctx context.Context) time.Duration {
	deadline, _ := ctx.Deadline()
	return time.Until(deadline)
}
