// Package admin serves what operators may ask of a process who know its secret, on a listener of
// its own, and the page by which they ask.
//
// Listen opens it, with the Routes that the parts of the process have added
// (program.Runtime.AddAdmin). The package asks for proof and answers nothing itself: what a
// route does, and how long it may take, is its own. The ops listener (libs/ops) beside it asks
// for no proof, and tells what monitoring needs.
package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
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

// Routes are what the listener answers. Each bounds its own writes, which may take as
// long as they need.
type Routes struct {
	Guarded []ops.Route // to those who show the secret
	Open    []ops.Route // to everybody: there is nothing of a user and nothing secret in it
	Tokens  Tokens      // what is as good as the secret; nil: nothing is
}

// Tokens tells who shows a token, in Authorization: Bearer. The error is for the caller.
type Tokens func(ctx context.Context, token string) (subject string, err error)

// subject is the key of who shows a token, in the context of its request.
type subject struct{}

// Caller is who has made the request of ctx, as the token says that was shown; "" for
// those who have shown the secret.
func Caller(ctx context.Context) string {
	caller, _ := ctx.Value(subject{}).(string)
	return caller
}

// Listen opens the listener on address, which is logged. A path without a route is answered
// like a guarded one, so that a stranger does not learn which routes there are.
func Listen(ctx context.Context, address string, secret *credentials.Secret, log *slog.Logger, routes Routes) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen_admin: %w", err)
	}
	log.Info("listening", "listener", "admin", "address", listener.Addr().String())
	guarded, mux := http.NewServeMux(), http.NewServeMux()
	for _, route := range routes.Guarded {
		guarded.Handle(route.Pattern, route.Handler)
	}
	for _, route := range routes.Open {
		mux.Handle(route.Pattern, route.Handler)
	}
	mux.Handle("/", guard("admin", secret, routes.Tokens, guarded, log))
	return &Server{listener, &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: timeout,
		ReadTimeout:       timeout,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}}, nil
}

// Guard hears nobody who does not know the secret, whatever is asked for. The log tells of
// the refused under the listener's name, and not what they showed: it may be a secret in
// the wrong place.
func Guard(listener string, secret *credentials.Secret, next http.Handler, log *slog.Logger) http.Handler {
	return guard(listener, secret, nil, next, log)
}

// guard is Guard that also hears who shows a token.
func guard(listener string, secret *credentials.Secret, tokens Tokens, next http.Handler, log *slog.Logger) http.Handler {
	refused := ratelog.New(log, refusalsEvery, time.Now)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown, why := r.Header.Get("Authorization"), "the secret is missing or wrong"
		if secret.Accept([]byte(shown)) {
			next.ServeHTTP(w, r)
			return
		}
		if token, found := strings.CutPrefix(shown, "Bearer "); found && tokens != nil {
			caller, err := tokens(r.Context(), token)
			if err == nil {
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), subject{}, caller)))
				return
			}
			why += "; taken as a token: " + err.Error()
		}
		refused.Log(r.Context(), slog.LevelWarn, "a caller was refused", "listener", listener, "from", r.RemoteAddr, "why", why)
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.Header().Set("Connection", "close")
		http.Error(w, why, http.StatusUnauthorized)
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
