package rpc

import (
	"context"
	"log/slog"
	"net"

	"go.opentelemetry.io/otel/metric"
)

// NewUpstreamOn is NewUpstream on a network of the test's own.
func NewUpstreamOn(
	lookup func(ctx context.Context, host string) ([]string, error),
	dial func(ctx context.Context, network, address string) (net.Conn, error),
	addresses []string, meter metric.Meter, log *slog.Logger,
) (*Client, error) {
	return newUpstream("notes", addresses, network{lookup, dial}, nil, meter, log)
}
