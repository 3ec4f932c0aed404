package rpc

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/metric"
)

// route carries attempts to the copies of a service.
type route interface {
	http.RoundTripper
	// CloseIdleConnections makes the next attempt dial.
	CloseIdleConnections()
	// avoid makes dials prefer other copies than that at address for a while.
	avoid(address string)
}

// dialed is the route over a network.
type dialed struct {
	*http.Transport
	*copies
}

// Pause waits for about d before a call is attempted again. It reports false, at
// once or early, if ctx does not have that much time left.
type Pause func(ctx context.Context, method string, d time.Duration) bool

// NewUpstreamOver is NewUpstream on a transport that finds the copies by itself, with
// pauses of the caller's. A simulation needs both: it decides what happens when.
func NewUpstreamOver(name string, transport http.RoundTripper, pause Pause, meter metric.Meter, log *slog.Logger) (*Client, error) {
	return upstreamOn(name, given{transport}, pause, nil, meter, log)
}

// given is a route that somebody else has made.
type given struct{ http.RoundTripper }

// CloseIdleConnections and avoid implement route. Whoever made the transport knows which copies
// are gone.
func (given) CloseIdleConnections() {}
func (given) avoid(string)          {}

// shuffled waits for half of d at least, so that callers who failed together do not
// come again together.
func shuffled(ctx context.Context, _ string, d time.Duration) bool {
	d = d/2 + rand.N(d/2)
	if remaining(ctx) <= d {
		return false
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
