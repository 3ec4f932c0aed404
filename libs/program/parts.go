package program

import (
	"context"
	"io"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/admin"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/ops"
	"xiaozhibo.dev/libs/rpc/credentials"
)

// sweepInterval is how soon what has expired is freed. Nothing is shown for
// longer than its time, whatever this is.
const sweepInterval = 2 * time.Second

// AddStore adds a store that is open already. The process closes it.
func (r *Runtime) AddStore(name string, opened io.Closer) {
	r.stores[name] = opened
	r.Add(lifecycle.Part{Name: name, Stop: func(context.Context) error { return opened.Close() }})
}

// Store returns the store that was added under a name, nil if none was.
func (r *Runtime) Store(name string) io.Closer { return r.stores[name] }

// AddSweeper adds what frees the expired in a store, after the store: it ends
// before that does.
func (r *Runtime) AddSweeper(name string, sweep func(context.Context) error) {
	r.Add(lifecycle.Part{Name: name + " sweeper", Run: lifecycle.Every(sweepInterval, r.Log, func(ctx context.Context) {
		if err := sweep(ctx); err != nil && ctx.Err() == nil {
			r.Log.Error("sweep failed", "service", name, "err", err)
		}
	})})
}

// AddOps adds what a part answers operators, before the process is run.
func (r *Runtime) AddOps(pattern string, handler http.Handler) {
	r.routes = append(r.routes, ops.Route{Pattern: pattern, Handler: handler})
}

// AddAdmin adds what a part answers operators who know the secret, before the process
// is run.
func (r *Runtime) AddAdmin(pattern string, handler http.Handler) {
	r.admin.Guarded = append(r.admin.Guarded, ops.Route{Pattern: pattern, Handler: handler})
}

// AddAdminPage adds what the admin listener answers to everybody, before the process is
// run: pages, which hold nothing of a user and no secret.
func (r *Runtime) AddAdminPage(pattern string, handler http.Handler) {
	r.admin.Open = append(r.admin.Open, ops.Route{Pattern: pattern, Handler: handler})
}

// AcceptAdmin makes the admin listener hear those too who show a token, before the process
// is run.
func (r *Runtime) AcceptAdmin(tokens admin.Tokens) { r.admin.Tokens = tokens }

// addAdmin comes after all parts, whose routes it has: it stops before they do.
func (r *Runtime) addAdmin(address string, source config.Secret) error {
	secret, err := credentials.NewSecret("admin_secret", source, r.Log)
	if err != nil {
		return err
	}
	var server *admin.Server
	r.Add(lifecycle.Part{
		Name: "admin",
		Start: func(ctx context.Context) (err error) {
			server, err = admin.Listen(ctx, address, secret, r.Log, r.admin)
			return err
		},
		Run:  func(context.Context) error { return server.Serve() },
		Stop: func(ctx context.Context) error { return server.Shutdown(ctx) },
	})
	return nil
}

// addOps comes before all parts but the telemetry: probes are answered while the others start, and
// until the last of them has stopped.
func (r *Runtime) addOps(address string) {
	var server *ops.Server
	r.Add(lifecycle.Part{
		Name: "ops",
		Start: func(ctx context.Context) (err error) {
			server, err = ops.Listen(ctx, address, r.Health(), r.Handler(), r.Log, r.routes...)
			return err
		},
		Run:  func(context.Context) error { return server.Serve() },
		Stop: func(ctx context.Context) error { return server.Shutdown(ctx) },
	})
}
