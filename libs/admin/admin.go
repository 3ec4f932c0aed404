// Package admin serves what operators may ask of a process who know its secret, on a
// listener of its own.
package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/ops"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/rpc/credentials"
)

const (
	timeout = 10 * time.Second
	// refusalsEvery is how often refused callers are a line of the log.
	refusalsEvery = 5 * time.Second
)

// Server is the admin listener.
type Server struct {
	listener net.Listener
	server   *http.Server
}

// Listen opens the listener on address, which is logged. A route is answered to those
// who show the secret, however long that takes: it bounds its writes itself.
func Listen(ctx context.Context, address string, secret *credentials.Secret, log *slog.Logger, routes ...ops.Route) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen_admin: %w", err)
	}
	log.Info("listening", "listener", "admin", "address", listener.Addr().String())
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.Handle(route.Pattern, route.Handler)
	}
	return &Server{listener, &http.Server{
		Handler:           guard(secret, mux, ratelog.New(log, refusalsEvery, time.Now)),
		ReadHeaderTimeout: timeout,
		ReadTimeout:       timeout,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}}, nil
}

// guard hears nobody who does not know the secret, whatever is asked for. What was
// shown must not be: it may be a secret in the wrong place.
func guard(secret *credentials.Secret, next http.Handler, log *ratelog.Log) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if secret.Accept([]byte(r.Header.Get("Authorization"))) {
			next.ServeHTTP(w, r)
			return
		}
		log.Log(r.Context(), slog.LevelWarn, "a caller was refused", "listener", "admin", "from", r.RemoteAddr)
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.Header().Set("Connection", "close")
		http.Error(w, "the secret is missing or wrong", http.StatusUnauthorized)
	})
}

// Serve answers until Shutdown.
func (s *Server) Serve() error {
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve admin: %w", err)
	}
	return nil
}

// Shutdown stops accepting, and ends the requests under way: they may take longer than
// anybody waits.
func (s *Server) Shutdown(context.Context) error { return s.server.Close() }
