package gateway

import (
	"context"
	"crypto/tls"

	"golang.org/x/sync/errgroup"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/libs/certs"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// addListeners adds the ports of clients. Where one of them fails all are closed, and the
// process ends: one alone is not what was configured.
func addListeners(process *lifecycle.Process, front *edge.Edge, secure *tls.Config) {
	var listeners []edge.Listener
	process.Add(lifecycle.Part{
		Name: "gateway",
		Start: func(ctx context.Context) (err error) {
			listeners, err = front.Listen(ctx, secure)
			return err
		},
		Run: func(context.Context) error {
			var group errgroup.Group
			for _, listener := range listeners {
				group.Go(func() error {
					err := front.Serve(listener)
					if err != nil {
						closeAll(listeners)
					}
					return err
				})
			}
			return group.Wait()
		},
		Stop: func(ctx context.Context) error {
			err := front.Shutdown(ctx)
			closeAll(listeners) // one not yet served is unknown to Shutdown
			return err
		},
	})
}

// closeAll closes listeners, which makes Serve return on each.
func closeAll(listeners []edge.Listener) {
	for _, listener := range listeners {
		_ = listener.Close() // it may be closed already
	}
}

// secureBy returns what listeners speak TLS with, nil if none of them does. The certificate
// is read again when its files change.
func secureBy(config Config, scope telemetry.Scope) (*tls.Config, error) {
	if config.ListenHTTPS == "" && (config.Events.Listen == "" || config.TLSCertFile == "") {
		return nil, nil
	}
	reloader, err := certs.New(config.TLSCertFile, config.TLSKeyFile, scope.Log)
	if err != nil {
		return nil, err
	}
	return reloader.TLSConfig(), nil
}
