// Package rtmp takes the streams that encoders push.
package rtmp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/services/media/live"
)

const (
	maxStrangers = 256 // connections that have not shown a good URL
	maxFromOne   = 16  // of them, from one address (of IPv6, from one /64)
	logEvery     = 5 * time.Second
)

// Admit says whether a stream may be pushed with a URL's query.
type Admit func(stream, secret, expires string) error

// Options are what a server is told. All times and sizes are more than 0.
type Options struct {
	Admit      Admit
	Allowed    func(stream string) error // asked again when the first frame has come
	Hub        *live.Hub
	Prepare    func(push *live.Push) // what a push has besides players is added here
	Greeting   time.Duration         // for a connection to show a good URL
	Silence    time.Duration         // without a frame, after which a push ends
	MaxMessage int64                 // bytes of a frame
	MaxRate    int                   // bytes a second of one pusher; more is read later
	Measure    Measure
	Log        *slog.Logger
}

// Measure is told of connections. Its functions must not be nil.
type Measure struct {
	Refused func(reason string) // one of a few words
	Bytes   func(n int)
}

// Server takes connections until it is closed.
type Server struct {
	options  Options
	refusals *ratelog.Log

	ctx  context.Context
	stop context.CancelFunc
	each sync.WaitGroup

	mu        sync.Mutex
	strangers map[netip.Addr]int
	waiting   int
}

// NewServer returns one that takes no connections yet.
func NewServer(options Options) *Server {
	ctx, stop := context.WithCancel(context.Background())
	return &Server{
		options: options, refusals: ratelog.New(options.Log, logEvery, time.Now),
		ctx: ctx, stop: stop, strangers: map[netip.Addr]int{},
	}
}

// Serve takes connections until the listener is closed.
func (s *Server) Serve(listener net.Listener) error {
	listener = listen.Patient(listener, s.options.Log)
	for {
		conn, err := listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			return fmt.Errorf("serve rtmp: %w", err)
		}
		from := address(conn)
		if !s.let(from) {
			s.refuse("too_many", conn, "err", "too many connections that have shown no good URL")
			_ = conn.Close() // it was not heard
			continue
		}
		s.each.Go(func() { s.serve(conn, from) })
	}
}

// Close ends all pushes and waits for them, until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.stop()
	done := make(chan struct{})
	go func() {
		s.each.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pushes have not ended: %w", ctx.Err())
	}
}

// let counts a stranger, or refuses it.
func (s *Server) let(from netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting >= maxStrangers || s.strangers[from] >= maxFromOne {
		return false
	}
	s.waiting++
	s.strangers[from]++
	return true
}

// known takes back what let did.
func (s *Server) known(from netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting--
	if s.strangers[from]--; s.strangers[from] == 0 {
		delete(s.strangers, from)
	}
}

func (s *Server) refuse(reason string, conn net.Conn, args ...any) {
	s.options.Measure.Refused(reason)
	s.refusals.Log(s.ctx, slog.LevelWarn, "a pusher was refused",
		append([]any{"reason", reason, "from", conn.RemoteAddr().String()}, args...)...)
}

func (s *Server) limiter() *rate.Limiter {
	return rate.NewLimiter(rate.Limit(s.options.MaxRate), max(s.options.MaxRate/8, readSize))
}

// address is what connections are counted under.
func address(conn net.Conn) netip.Addr {
	port, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	addr := port.Addr().Unmap()
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return addr
}
