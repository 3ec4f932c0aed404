package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/listen"
)

// Listen opens the configured listeners; tlsConfig is needed for HTTPS only.
// Addresses are logged, so that a port of 0 can be found.
func (e *Edge) Listen(ctx context.Context, tlsConfig *tls.Config) (listeners []net.Listener, err error) {
	open := func(name string, address config.Address, wrap func(net.Listener) net.Listener) {
		if address == "" || err != nil {
			return
		}
		listener, failed := new(net.ListenConfig).Listen(ctx, "tcp", string(address))
		if failed != nil {
			err = fmt.Errorf("listen_%s: %w", name, failed)
			return
		}
		e.log.Info("listening", "listener", name, "address", listener.Addr().String())
		listeners = append(listeners, wrap(lingeringListener{listener}))
	}
	open("http", e.config.ListenHTTP, func(l net.Listener) net.Listener { return l })
	open("https", e.config.ListenHTTPS, func(l net.Listener) net.Listener { return tls.NewListener(l, tlsConfig) })
	if err != nil {
		for _, listener := range listeners {
			err = errors.Join(err, listener.Close())
		}
	}
	return listeners, err
}

// Serve answers on one listener until Shutdown.
func (e *Edge) Serve(listener net.Listener) error {
	if err := e.app.Server().Serve(listen.Patient(listener, e.log)); err != nil {
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	}
	return nil
}

// Shutdown stops accepting and waits for the requests under way, until ctx ends.
func (e *Edge) Shutdown(ctx context.Context) error {
	return e.app.Server().ShutdownWithContext(ctx)
}
