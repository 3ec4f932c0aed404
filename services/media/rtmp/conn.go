package rtmp

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/message"

	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/live"
)

const (
	readSize     = 4096     // of the library
	strangerSize = 64 << 10 // bytes that may be announced before the URL is known to be good: a greeting is smaller
)

// errPanic is the cause of the end of a push whose connection ended by a panic.
var errPanic = errors.New("what was pushed could not be dealt with")

// pusher is one connection. Its methods are called in the connection's goroutine, so it needs no lock.
type pusher struct {
	server *Server
	net    net.Conn
	guard  *guard
	rtmp   *gortmplib.ServerConn
	stream string
	known  func() // it is no stranger any more; may be called twice

	push      *live.Push // nil before the first frame
	announced *message.DataAMF0
	script    *flv.Tag // the same as a tag
}

// serve lives as long as the connection. The library reads what strangers send, so its
// panics end the connection alone.
func (s *Server) serve(conn net.Conn, from netip.Prefix) {
	ctx, stop := context.WithCancelCause(s.ctx)
	defer stop(nil)
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // whoever reads from it returns
	known := sync.OnceFunc(func() { s.strangers.GiveBack(from) })
	p := &pusher{server: s, net: conn, guard: newGuard(conn, strangerSize), known: known}
	defer func() {
		if panicked := recover(); panicked != nil {
			s.options.Log.Error("panic while a pusher was heard", "from", conn.RemoteAddr().String(), "err", panicked, "stack", string(debug.Stack()))
		}
		_ = conn.Close() // nothing is left to say
	}()
	defer known() // before the connection is closed: its client may come again at once
	if p.greet() {
		p.run(ctx, stop)
	}
}

// run reads messages until the connection ends or is ended.
func (p *pusher) run(ctx context.Context, stop context.CancelCauseFunc) {
	p.awaitFrame()
	cause := errPanic
	defer func() { p.finish(ctx, cause) }() // a push ends whatever has ended its connection
	for {
		msg, err := p.rtmp.Read()
		if err == nil {
			err = p.take(msg, stop)
		}
		if err != nil {
			cause = err
			return
		}
	}
}

// take begins the push with the first frame: what was announced before waits for it.
func (p *pusher) take(msg message.Message, stop context.CancelCauseFunc) error {
	frame, err := tag(msg)
	if err != nil || frame == nil {
		return err
	}
	if frame.Kind == flv.Script {
		p.announced, p.script = msg.(*message.DataAMF0), frame
		if p.push != nil {
			p.announce()
		}
		return nil
	}
	if p.push == nil {
		allowed := func() error { return p.server.options.Allowed(p.stream) }
		if p.push, err = p.server.options.Hub.Begin(p.stream, p.net.RemoteAddr().String(), allowed, stop); err != nil {
			return err
		}
		p.known()
		p.server.options.Prepare(p.push)
		p.server.options.Log.Info("a push began", "stream", p.stream, "sequence", p.push.Sequence, "from", p.push.Address)
		p.announce()
	}
	p.push.Write(frame)
	p.awaitFrame()
	return nil
}

// announce tells the push what its pusher says of itself, if it has said anything. What is announced is only a hint:
// outputs that wait for a track begin without it when it does not come.
func (p *pusher) announce() {
	if p.script == nil {
		return
	}
	if video, audio, says := tracks(p.announced); says {
		p.push.Expect(video, audio)
	}
	p.push.Write(p.script)
}

// finish ends the push, with the cause that the log and the event tell. A cause that somebody has asked for counts, not
// the error that the closed connection then had. A connection that never had a frame is a refused one.
func (p *pusher) finish(ctx context.Context, cause error) {
	push := p.push
	if asked := context.Cause(ctx); asked != nil {
		cause = asked
	}
	if push == nil {
		p.server.refuse("no_frame", p.net, "stream", p.stream, "err", cause)
		return
	}
	push.End(cause)
	p.server.options.Log.Info("a push ended", "stream", p.stream, "sequence", push.Sequence,
		"after", time.Since(push.Began).Round(time.Second).String(), "bytes", push.Received(), "why", Why(cause))
}

// awaitFrame gives the connection its time for the next frame.
func (p *pusher) awaitFrame() {
	_ = p.net.SetDeadline(time.Now().Add(p.server.options.Silence)) // an open connection takes it
}

// Why is the end of a push in a few words.
func Why(cause error) string {
	var timeout net.Error
	switch {
	case errors.Is(cause, io.EOF):
		return "the pusher closed it"
	case errors.Is(cause, context.Canceled):
		return "the server is ending"
	case errors.As(cause, &timeout) && timeout.Timeout():
		return "no frame came for too long"
	case cause == nil:
		return ""
	default:
		return cause.Error()
	}
}
