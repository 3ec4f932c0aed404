package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"xiaozhibo.dev/libs/config"
)

// Listener is a port that the edge has opened. Shutdown closes it once it is served.
type Listener struct {
	net.Listener
	secure *tls.Config // nil: HTTP
}

// Listen opens the configured listeners; tlsConfig is needed for HTTPS only. If one cannot
// be opened, all are closed. Their addresses are logged, so that an operator finds the
// port that a 0 has become.
func (e *Edge) Listen(ctx context.Context, tlsConfig *tls.Config) (listeners []Listener, err error) {
	open := func(name string, address config.Address, secure *tls.Config) {
		if address == "" || err != nil {
			return
		}
		listener, failed := new(net.ListenConfig).Listen(ctx, "tcp", string(address))
		if failed != nil {
			err = fmt.Errorf("listen_%s: %w", name, failed)
			return
		}
		e.log.Info("listening", "listener", name, "address", listener.Addr().String())
		listeners = append(listeners, Listener{listener, secure})
	}
	open("http", e.config.ListenHTTP, nil)
	open("https", e.config.ListenHTTPS, tlsConfig)
	if err != nil {
		for _, listener := range listeners {
			err = errors.Join(err, listener.Close())
		}
	}
	return listeners, err
}

// Serve answers on one listener until Shutdown.
func (e *Edge) Serve(listener Listener) error {
	return e.server.Serve(listener.Listener, listener.secure)
}

// Shutdown stops accepting and waits for the requests under way, until ctx ends.
func (e *Edge) Shutdown(ctx context.Context) error { return e.server.Shutdown(ctx) }
