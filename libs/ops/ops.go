// Package ops serves what operators ask of a process, on a listener of its own: /livez, /readyz,
// /metrics and what parts of the process add. It must not be reachable from outside, as it asks
// nobody for proof; what needs proof is for libs/admin. It is among the first parts of a process to start and the last to stop, so that probes are answered all the time.
package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/lifecycle"
)

// timeout is for a request and for its answer each: what scrapes metrics on a busy machine is
// given time.
const timeout = 10 * time.Second

// Server is the ops listener. It has no secret to check: who may reach it is for the network to
// say.
type Server struct {
	listener net.Listener
	server   *http.Server
}

// Route is what a part of the process answers operators. Its pattern is that of a
// http.ServeMux: "GET /ledger".
type Route struct {
	Pattern string
	Handler http.Handler
}

// Listen opens the listener on address. The address is logged, so that a port of
// 0 can be found.
func Listen(
	ctx context.Context, address string, health *lifecycle.Health, metrics http.Handler, log *slog.Logger, routes ...Route,
) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen_ops: %w", err)
	}
	log.Info("listening", "listener", "ops", "address", listener.Addr().String())
	mux := http.NewServeMux()
	health.Mount(mux)
	mux.Handle("GET /metrics", metrics)
	for _, route := range routes {
		mux.Handle(route.Pattern, route.Handler)
	}
	return &Server{listener, &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: timeout,
		ReadTimeout:       timeout,
		WriteTimeout:      timeout,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}}, nil
}

// Serve answers until Shutdown.
func (s *Server) Serve() error {
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve ops: %w", err)
	}
	return nil
}

// Shutdown stops accepting and waits for the requests under way, until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error { return s.server.Shutdown(ctx) }
