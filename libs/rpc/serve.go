package rpc

import (
	"context"
	"fmt"
	"net"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/libs/telemetry"
)

// Add makes the server of the methods a part of process, after what they stand
// on. It asks ours of its callers. The address is logged, so that a port of 0 can
// be found.
func Add(process *lifecycle.Process, address string, ours *credentials.Credentials, scope telemetry.Scope, methods ...Method) {
	log, guard := scope.Log, newGuard(ours, scope)
	app := newApp(process.Health(), guard, scope, methods...)
	var listener net.Listener
	process.Add(lifecycle.Part{
		Name: "rpc",
		Start: func(ctx context.Context) (err error) {
			listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
			if err != nil {
				return fmt.Errorf("listen_rpc: %w", err)
			}
			log.Info("listening", "listener", "rpc", "address", listener.Addr().String())
			if ours.AskNothing() {
				log.Warn("everybody who reaches this port may call this service: set rpc_secret, or rpc_tls_ca_file with a certificate", "listener", "rpc")
			}
			return nil
		},
		Run: func(context.Context) error { return app.Listener(guard.listen(listen.Patient(listener, log))) },
		Stop: func(ctx context.Context) error {
			err := app.ShutdownWithContext(ctx)
			_ = listener.Close() // one not yet served is unknown to the app
			return err
		},
	})
}
