package events

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/edge/hops"
	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	headerTimeout = 10 * time.Second // for a request to come
	maxHeader     = 16 << 10         // bytes
	// spareConnections are connections beyond those of readers: of requests that are
	// being read, or refused.
	spareConnections = 256
	// farewellTime is how long readers have to go at the end.
	farewellTime = 5 * time.Second
	// privateReaders are those of Private at once.
	privateReaders = 256
)

// Options are what the listener of events shares with that of clients.
type Options struct {
	Actions *action.Actions
	Changes Changes
	Gate    *auth.Gate  // nil if no proof is asked for
	TLS     *tls.Config // nil for HTTP
	Proxies []string    // whose X-Forwarded-For is believed
	Origins []string    // whose pages may read events
}

// Server is the listener of events.
type Server struct {
	address     string
	secure      *tls.Config
	hub         *Hub
	handler     *handler
	server      *http.Server
	connections int // that may be open at once
	log         *slog.Logger
	listener    net.Listener
	stop        sync.Once
}

// New returns a server that does not listen yet. config must have been checked.
func New(config Config, options Options, scope telemetry.Scope) (*Server, error) {
	metrics, err := newMetrics(scope.Meter)
	if err != nil {
		return nil, err
	}
	proxies, err := hops.Parse(options.Proxies)
	if err != nil {
		return nil, err
	}
	hub := newHub(config, options.Actions, options.Changes, scope.Log, metrics)
	h := &handler{
		hub: hub, gate: options.Gate, proxies: proxies, origins: options.Origins, metrics: metrics,
		seats:  listen.NewPlaces(config.MaxReaders, config.MaxReadersPerAddress),
		ending: make(chan struct{}),
	}
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       headerTimeout, // no request has a body
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(scope.Log.Handler(), slog.LevelDebug), // what strangers do wrong
	}
	server.SetKeepAlivesEnabled(false) // after events there is nothing to ask for
	return &Server{address: string(config.Listen), secure: options.TLS, connections: config.MaxReaders + spareConnections, hub: hub, handler: h, server: server, log: scope.Log}, nil
}

// Hub is what has to run beside the server.
func (s *Server) Hub() *Hub { return s.hub }

// Private answers GET with the same events, for a listener that has asked for proof of its
// own. Its readers are counted apart: they find a seat when clients have taken all of theirs.
func (s *Server) Private() http.Handler {
	h := *s.handler
	h.gate, h.seats = nil, listen.NewPlaces(privateReaders, 0)
	return http.HandlerFunc(h.get)
}

// Listen opens the listener. Its address is logged, so that a port of 0 can be found.
func (s *Server) Listen(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.address)
	if err != nil {
		return fmt.Errorf("listen_events: %w", err)
	}
	s.log.Info("listening", "listener", "events", "address", listener.Addr().String(), "tls", s.secure != nil)
	listener = bounded(listen.Patient(listener, s.log), s.connections)
	if s.secure != nil {
		listener = tls.NewListener(listener, s.secure)
	}
	s.listener = listener
	return nil
}

// Serve answers until Shutdown.
func (s *Server) Serve() error {
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve events: %w", err)
	}
	return nil
}

// Shutdown stops accepting and sends the readers away: they find another copy.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop.Do(func() { close(s.handler.ending) })
	ctx, cancel := context.WithTimeout(ctx, farewellTime)
	defer cancel()
	if s.server.Shutdown(ctx) == nil {
		return nil
	}
	return s.server.Close() // those who did not hear it
}
