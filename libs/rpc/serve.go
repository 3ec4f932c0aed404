package rpc

import (
	"context"
	"fmt"
	"net"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/telemetry"
)

// Add makes the server of the methods a part of process, after what they stand
// on. The address is logged, so that a port of 0 can be found.
func Add(process *lifecycle.Process, address string, scope telemetry.Scope, methods ...Method) {
	app, log := NewApp(process.Health(), scope, methods...), scope.Log
	var listener net.Listener
	process.Add(lifecycle.Part{
		Name: "rpc",
		Start: func(ctx context.Context) (err error) {
			listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
			if err != nil {
				return fmt.Errorf("listen_rpc: %w", err)
			}
			log.Info("listening", "listener", "rpc", "address", listener.Addr().String())
			return nil
		},
		Run: func(context.Context) error { return app.Listener(listen.Patient(listener, log)) },
		Stop: func(ctx context.Context) error {
			err := app.ShutdownWithContext(ctx)
			_ = listener.Close() // one not yet served is unknown to the app
			return err
		},
	})
}
