// Package rtmp takes the streams that encoders push.
//
// Server is its main type. A connection is a stranger until its first frame: strangers are few, have little time, and may
// make the RTMP library take little memory, which guard sees to. Then it is a live.Push. What a push is played and kept
// as is not known here.
package rtmp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/services/media/live"
)

const (
	maxStrangers = 256             // connections that push nothing yet
	maxFromOne   = 16              // of them, from one address (of IPv6, from one /64)
	logEvery     = 5 * time.Second // a line of the log on refused pushers
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

	strangers *listen.Places // of connections without a frame; a pusher gives its place back with the first
}

// NewServer returns one that takes no connections yet.
func NewServer(options Options) *Server {
	ctx, stop := context.WithCancel(context.Background())
	return &Server{
		options: options, refusals: ratelog.New(options.Log, logEvery, time.Now),
		ctx: ctx, stop: stop, strangers: listen.NewPlaces(maxStrangers, maxFromOne),
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
		from := listen.AddressOf(listen.Peer(conn))
		if s.strangers.Take(from) != listen.Free {
			s.refuse("too_many", conn, "err", "too many connections that push nothing yet")
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

// refuse counts a connection, and writes a line if it is time for one: strangers must not be able to fill the log.
func (s *Server) refuse(reason string, conn net.Conn, args ...any) {
	s.options.Measure.Refused(reason)
	s.refusals.Log(s.ctx, slog.LevelWarn, "a pusher was refused",
		append([]any{"reason", reason, "from", conn.RemoteAddr().String()}, args...)...)
}

// limiter is for one connection. The bytes of an eighth of a second may come at once.
func (s *Server) limiter() *rate.Limiter {
	return rate.NewLimiter(rate.Limit(s.options.MaxRate), max(s.options.MaxRate/8, readSize))
}
