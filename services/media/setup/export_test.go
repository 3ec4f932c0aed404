package setup

import (
	"context"
	"net"
	"net/http"

	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/services/media"
)

// AddOn is Add with a network of the test's.
func AddOn(
	runtime *program.Runtime, config media.Config, transport http.RoundTripper,
	listen func(ctx context.Context, network, address string) (net.Listener, error),
) error {
	return add(runtime, config, network{listen: listen, transport: transport})
}
