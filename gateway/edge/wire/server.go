// Package wire serves HTTP/1 to strangers: fasthttp reads and writes the
// messages, and this package decides how much time, memory and how many
// connections they get. fasthttp's own server takes memory for a body that was
// only announced, keeps buffers for connections that are idle, and answers those
// that asked nothing.
package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/libs/intake"
	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	refusedEvery = 10 * time.Second // a line of the log on refused connections
	lastChance   = time.Second      // for the first byte on a new connection while the server stops
)

// Config configures a Server. All but the two maxima must be set.
type Config struct {
	ReadTimeout  time.Duration // for a request, from its first byte, and for the first byte of a new connection
	WriteTimeout time.Duration // for a reply
	IdleTimeout  time.Duration // for the first byte of the next request
	MaxBody      int           // of a request, in bytes
	Bodies       *intake.Budget

	MaxConnections           int            // 0: no limit
	MaxConnectionsPerAddress int            // 0: no limit
	Proxies                  []netip.Prefix // whose connections are those of many, and not counted by address

	// Admit sees the header before the body is read. A body that is not wanted is
	// read, but not kept.
	Admit func(*fasthttp.RequestCtx) (wanted bool)
	// Handler answers a request.
	Handler fasthttp.RequestHandler
	// Refuse answers what did not become a request; the connection is closed after
	// it. Target is what was asked for, as far as it could be read.
	Refuse func(rc *fasthttp.RequestCtx, target []byte, err error)
}

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

func (s *Server) begin(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return false
	}
	s.connections[c] = struct{}{}
	return true
}

func (s *Server) track(listener net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners[listener] = struct{}{}
	return !s.closing.Load()
}

func (s *Server) ended(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.connections, c)
	s.tellDrained()
}

func (s *Server) tellDrained() {
	if !s.closing.Load() || len(s.connections) > 0 {
		return
	}
	select {
	case <-s.drained:
	default:
		close(s.drained)
	}
}

// Shutdown stops accepting, closes what is idle and waits for the requests under
// way, until ctx ends; then it closes every connection.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing.Store(true)
	var errs []error
	for listener := range s.listeners {
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	for c := range s.connections {
		switch {
		case c.state.CompareAndSwap(idle, closed):
			_ = c.Close()
		case c.state.Load() == fresh:
			_ = c.SetReadDeadline(time.Now().Add(lastChance))
		}
	}
	s.tellDrained()
	s.mu.Unlock()
	select {
	case <-s.drained:
	case <-ctx.Done():
		s.abandon()
		errs = append(errs, ctx.Err())
	}
	return errors.Join(errs...)
}

func (s *Server) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.connections {
		_ = c.Conn.Close()
	}
}
