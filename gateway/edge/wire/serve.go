package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// serve serves a connection to its end.
func (s *Server) serve(c *connection, secure *tls.Config) {
	t := &talk{connection: c, conn: c, idles: true}
	if secure != nil {
		server := tls.Server(c, secure)
		if !s.shakeHands(server) {
			_ = c.Close() // without a word
			s.ended(c)
			return
		}
		t.conn, t.secure, t.idles = server, true, false // a handshake needs a large stack too
	}
	t.until = time.Now().Add(s.config.ReadTimeout)
	s.goOnWith(t)
}

// goOnWith serves a connection until it ends, in a new goroutine after each time that it was
// idle: that one's stack is small again.
func (s *Server) goOnWith(t *talk) {
	if s.answer(t) {
		go s.goOnWith(t)
		return
	}
	_ = t.conn.Close() // the client may be gone already
	s.ended(t.connection)
}

// answer answers requests until the connection is to be closed, or, true, until
// it has been idle for a while.
func (s *Server) answer(t *talk) (idles bool) {
	var first []byte
	if t.idles {
		var err error
		if first, err = t.awaitLong(); err != nil {
			return false
		}
		t.idles = false
	}
	in, now := newInput(t, first, s.config.Bodies), time.Now()
	defer func() { in.release() }()
	for {
		if in.isEmpty() {
			if err := in.await(now); err != nil {
				t.idles = errors.Is(err, os.ErrDeadlineExceeded)
				return t.idles
			}
		}
		untimed := t.secure || t.state.Load() != fresh // the time of the first request began when it was opened
		if !t.begin() {
			return false
		}
		if untimed {
			in.source.limit = s.config.ReadTimeout
		}
		if !s.exchange(t, in) {
			return false
		}
		now = time.Now()
		t.until = now.Add(s.config.IdleTimeout)
		if t.state.Store(idle); s.closing.Load() {
			return false
		}
	}
}

// shakeHands reports whether the client speaks TLS, and in time.
func (s *Server) shakeHands(conn *tls.Conn) bool {
	return conn.SetDeadline(time.Now().Add(s.config.ReadTimeout)) == nil && conn.HandshakeContext(context.Background()) == nil
}

// exchange reads a request and writes its reply. It reports whether another may
// follow.
func (s *Server) exchange(t *talk, in *input) (more bool) {
	rc := in.rc
	defer func() {
		rc.Request.Reset()
		rc.Response.Reset()
	}()
	body, err := s.read(t, in)
	defer body.Release()
	switch {
	case errors.Is(err, errSilent):
		return false
	case err != nil:
		t.linger.Store(true)
		s.config.Refuse(rc, target(rc, in, err), err)
		rc.SetConnectionClose()
	default:
		rc.Request.SetBodyRaw(body.Bytes)
		s.config.Handler(rc)
	}
	return s.reply(t, rc) == nil && !rc.Response.ConnectionClose()
}

// writeBuffer takes a page of a list in one piece.
const writeBuffer = 16 << 10

var writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, writeBuffer) }}

// reply writes the reply in one piece, and says whether the connection stays.
func (s *Server) reply(t *talk, rc *fasthttp.RequestCtx) error {
	request, response := &rc.Request.Header, &rc.Response
	response.SkipBody = request.IsHead()
	if request.ConnectionClose() || s.closing.Load() {
		response.SetConnectionClose()
	} else if !request.IsHTTP11() && !response.ConnectionClose() {
		response.Header.Set(fasthttp.HeaderConnection, "keep-alive")
	}
	if err := t.writeUntil(time.Now().Add(s.config.WriteTimeout), lessWrite); err != nil {
		return err
	}
	w := writers.Get().(*bufio.Writer)
	defer func() {
		w.Reset(nil)
		writers.Put(w)
	}()
	w.Reset(t.conn)
	if err := response.Write(w); err != nil {
		return err
	}
	return w.Flush()
}
