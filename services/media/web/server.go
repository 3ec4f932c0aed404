package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/listen"
)

const (
	headerTime = 10 * time.Second
	idleTime   = time.Minute
)

// Server is a listener for players or for operators.
type Server struct {
	name     string
	listener net.Listener
	server   *http.Server
	stop     context.CancelFunc
}

// Listen opens the listener of that name; its address is logged. It takes so many
// connections at a time, and closes others at once.
func Listen(ctx context.Context, name, address string, connections int, handler http.Handler, log *slog.Logger) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("media_listen_%s: %w", name, err)
	}
	log.Info("listening", "listener", "media "+name, "address", listener.Addr().String())
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	return &Server{name: name, listener: limited(listen.Patient(listener, log), connections), stop: stop, server: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what clients do wrong
	}}, nil
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

// limited closes connections over a number as soon as they are accepted.
func limited(listener net.Listener, most int) net.Listener {
	return &limitedListener{listener, make(chan struct{}, most)}
}

type limitedListener struct {
	net.Listener
	room chan struct{}
}

func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.room <- struct{}{}:
			return &limitedConn{Conn: conn, room: l.room}, nil
		default:
			_ = conn.Close() // there is no room to say so
		}
	}
}
