package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/ratelog"
)

const (
	headerTime = 10 * time.Second // for a request; a stream may be answered for days
	idleTime   = time.Minute      // of a connection between two requests
	logEvery   = 10 * time.Second // a line of the log on refused connections
)

// Server is a listener for players or for operators.
type Server struct {
	name     string
	listener net.Listener
	server   *http.Server
	stop     context.CancelFunc // ends the context of every request
}

// Door says how many connections there may be at a time. Others are closed at once, and
// Refused is told why.
type Door struct {
	Most      int
	MostOfOne int // of one client address; 0 is no limit
	Refused   func(over listen.Limit)
}

// New returns the server of a listener of that name, which it closes when it ends.
func New(ctx context.Context, name string, listener net.Listener, door Door, handler http.Handler, log *slog.Logger) *Server {
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	return &Server{name: name, listener: door.open(name, listen.Patient(listener, log), log), stop: stop, server: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what clients do wrong
	}}
}

// open lets through it what may come.
func (d Door) open(name string, listener net.Listener, log *slog.Logger) net.Listener {
	places, refusals := listen.NewPlaces(d.Most, d.MostOfOne), ratelog.New(log, logEvery, time.Now)
	return listen.Limited(listener, places, func(over listen.Limit, address netip.Prefix) {
		d.Refused(over)
		refusals.Log(context.Background(), slog.LevelWarn, "connection refused: too many are open",
			"listener", "media "+name, "limit", over, "open", places.Taken(), "client", address)
	})
}

// Serve answers until Shutdown.
func (s *Server) Serve() error {
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve media %s: %w", s.name, err)
	}
	return nil
}

// Shutdown stops accepting and ends what is under way: a stream has no end to wait for.
func (s *Server) Shutdown(context.Context) error {
	s.stop()
	return s.server.Close()
}
