package wire

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/libs/intake"
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

// errSilent is the error of what is not answered.
var errSilent = errors.New("nothing was asked")

// read reads a request. What was not asked for is not read: the header decides.
func (s *Server) read(t *talk, in *input) (intake.Body, error) {
	rc := in.rc
	header := &rc.Request.Header
	if err := readHeader(header, in); err != nil {
		return intake.Body{}, err
	}
	if err := in.place.parse(&rc.Request); err != nil {
		return intake.Body{}, err
	}
	length := header.ContentLength() // of the header: -1 is chunked, -2 is without a body
	if length > s.config.MaxBody {
		return intake.Body{}, intake.ErrTooLong
	}
	wanted := s.config.Admit(rc)
	if rc.Request.MayContinue() {
		if err := s.goOn(t); err != nil {
			return intake.Body{}, errSilent
		}
	}
	var source io.Reader = in
	switch length {
	case -2, 0:
		return intake.Body{}, nil
	case -1:
		if err := rc.Request.ContinueReadBodyStream(in.Reader, 1, false); err != nil {
			return intake.Body{}, err
		}
		source, length = rc.Request.BodyStream(), intake.Unknown
	}
	if !wanted {
		return intake.Body{}, discard(source, length, s.config.MaxBody)
	}
	return s.config.Bodies.Read(source, length, s.config.MaxBody)
}

func readHeader(header *fasthttp.RequestHeader, in *input) error {
	for {
		err := header.Read(in.Reader)
		if small := (*fasthttp.ErrSmallBuffer)(nil); errors.As(err, &small) && in.Size() < largeBuffer {
			if err := in.grow(); err != nil {
				return headerError{err}
			}
			continue
		}
		// Some clients send an empty line after a body, and nothing more.
		if errors.Is(err, io.EOF) && len(bytes.Trim(in.came(), "\r\n")) == 0 || errors.Is(err, net.ErrClosed) {
			return errSilent
		}
		if err != nil {
			return headerError{err}
		}
		return nil
	}
}

// headerError is the error of a header that could not be read.
type headerError struct{ error }

func (e headerError) Unwrap() error { return e.error }

// target is what the request line asks for, as far as it can be read.
func target(rc *fasthttp.RequestCtx, in *input, err error) []byte {
	if unread := (headerError{}); !errors.As(err, &unread) {
		return rc.Request.Header.RequestURI()
	}
	line, _, _ := bytes.Cut(in.came(), []byte("\n"))
	if words := bytes.Fields(line); len(words) > 1 {
		return words[1]
	}
	return nil
}

// goOn tells a client that waits for it to send the body.
func (s *Server) goOn(t *talk) error {
	if err := t.writeUntil(time.Now().Add(s.config.WriteTimeout), lessWrite); err != nil {
		return err
	}
	_, err := io.WriteString(t.conn, "HTTP/1.1 100 Continue\r\n\r\n")
	return err
}

// discard reads a body and keeps nothing of it.
func discard(source io.Reader, length, limit int) error {
	most := int64(limit) + 1
	if length >= 0 {
		most = int64(length)
	}
	n, err := io.CopyN(io.Discard, source, most)
	switch {
	case length < 0 && err == nil:
		return intake.ErrTooLong
	case length < 0 && errors.Is(err, io.EOF):
		return nil
	case n < most:
		return errors.Join(io.ErrUnexpectedEOF, err)
	default:
		return nil
	}
}
