// Package wire serves HTTP/1 to strangers: fasthttp reads and writes the messages, and this
// package decides how much time, memory and how many connections they get. fasthttp's own server
// takes memory for a body that was only announced, keeps buffers for connections that are idle,
// and answers those that asked nothing.
//
// Server is all of it. A connection goes through accept (server.go), the wait for a request
// (input.go, talk.go), reading (request.go), the handler and the reply (serve.go), and back to
// the wait. One that is idle holds no buffer and a goroutine with a small stack. It knows
// nothing of paths, Actions or CORS. docs/decisions/connections.md says why it exists.
package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	refusedEvery = 10 * time.Second // a line of the log on refused connections
	lastChance   = time.Second      // for the first byte on a new connection while the server stops
)

// Server serves listeners until it is shut down.
type Server struct {
	config   Config
	log      *slog.Logger
	refusals *ratelog.Log
	observe  *observer
	places   *listen.Places

	closing     atomic.Bool
	mu          sync.Mutex
	listeners   map[net.Listener]struct{}
	connections map[*connection]struct{}
	drained     chan struct{} // closed when the last connection has ended after Shutdown
}

// New returns a server.
func New(config Config, scope telemetry.Scope) (*Server, error) {
	s := &Server{
		config: config, log: scope.Log, refusals: ratelog.New(scope.Log, refusedEvery, time.Now),
		places:    listen.NewPlaces(config.MaxConnections, config.MaxConnectionsPerAddress),
		listeners: map[net.Listener]struct{}{}, connections: map[*connection]struct{}{}, drained: make(chan struct{}),
	}
	var err error
	s.observe, err = newObserver(scope, s)
	return s, err
}

// Serve answers on the listener, over TLS if there is a configuration for it,
// until Shutdown.
func (s *Server) Serve(listener net.Listener, secure *tls.Config) error {
	if !s.track(listener) {
		return nil
	}
	patient := listen.Patient(listener, s.log)
	for {
		conn, err := patient.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("serve %s: %w", listener.Addr(), err)
		}
		s.take(conn, secure)
	}
}

// take serves a connection, or closes it if there are too many.
func (s *Server) take(conn net.Conn, secure *tls.Config) {
	address := s.addressOf(conn)
	if over := s.places.Take(address); over != listen.Free {
		s.observe.refused(over)
		s.refusals.Log(context.Background(), slog.LevelWarn, "connection refused: too many are open", "limit", over, "open", s.places.Taken(), "client", address)
		_ = conn.Close()
		return
	}
	c := &connection{Conn: conn, leave: func() { s.places.GiveBack(address) }}
	if !s.begin(c) {
		_ = c.Close() // it came too late
		return
	}
	go s.serve(c, secure)
}

// begin counts a connection as open, unless the server is shutting down.
func (s *Server) begin(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return false
	}
	s.connections[c] = struct{}{}
	return true
}

// track notes a listener for Shutdown, and reports whether it came before that.
func (s *Server) track(listener net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners[listener] = struct{}{}
	return !s.closing.Load()
}
