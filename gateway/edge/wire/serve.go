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

// A connection stays with its goroutine this long after a reply. Then it goes on
// with a new one, whose stack has not grown: most connections are idle, and the
// stack would be most of what an idle one costs.
const stay = time.Second

// talk is the requests of a connection, one after the other.
type talk struct {
	*connection
	conn   net.Conn // the connection, or TLS on it
	secure bool
	number int  // of requests that have come
	stayed bool // it is idle for longer than stay
}

// serve serves a connection to its end.
func (s *Server) serve(c *connection, secure *tls.Config) {
	t := &talk{connection: c, conn: c, stayed: true}
	if secure != nil {
		server := tls.Server(c, secure)
		if !s.shakeHands(server) {
			_ = c.Close() // without a word
			s.ended(c)
			return
		}
		t.conn, t.secure, t.stayed = server, true, false // a handshake needs a large stack too
	}
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
	var in *input // nil while no byte of a request has come
	defer func() {
		if in != nil {
			in.release()
		}
	}()
	for {
		if in == nil {
			first, err := s.await(t)
			if err != nil {
				idles = !t.stayed && errors.Is(err, os.ErrDeadlineExceeded)
				t.stayed = true
				return idles
			}
			in, t.stayed = newInput(t.conn, first, s.config.Bodies), false
		}
		t.number++
		fresh := t.number == 1 && !t.secure // its time began when it was opened
		if !t.begin() || !fresh && t.conn.SetReadDeadline(time.Now().Add(s.config.ReadTimeout)) != nil {
			return false
		}
		if !s.exchange(t, in) {
			return false
		}
		if in.Buffered() == 0 {
			in.release()
			in = nil
		}
		if t.state.Store(idle); s.closing.Load() {
			return false
		}
	}
}

// shakeHands reports whether the client speaks TLS, and in time.
func (s *Server) shakeHands(conn *tls.Conn) bool {
	return conn.SetDeadline(time.Now().Add(s.config.ReadTimeout)) == nil && conn.HandshakeContext(context.Background()) == nil
}

// await waits for a request, without a buffer for it.
func (s *Server) await(t *talk) (first byte, err error) {
	timeout := s.config.IdleTimeout
	if t.number == 0 {
		timeout = s.config.ReadTimeout
	}
	switch {
	case !t.stayed:
		timeout = min(timeout, stay)
	case t.number > 0:
		timeout = max(0, timeout-stay)
	}
	if err := t.conn.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return 0, err
	}
	var one [1]byte
	_, err = io.ReadFull(t.conn, one[:])
	return one[0], err
}

var requestContexts = sync.Pool{New: func() any { return new(fasthttp.RequestCtx) }}

// exchange reads a request and writes its reply. It reports whether another may
// follow.
func (s *Server) exchange(t *talk, in *input) (more bool) {
	rc := requestContexts.Get().(*fasthttp.RequestCtx)
	rc.Init2(t.conn, nil, true)
	defer func() {
		rc.Request.Reset()
		rc.Response.Reset()
		rc.Init2(nil, nil, true) // the pool keeps no connection
		requestContexts.Put(rc)
	}()
	body, err := s.read(rc, t.conn, in)
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
	return s.reply(rc, t.conn) == nil && !rc.Response.ConnectionClose()
}

var writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 4<<10) }}

func (s *Server) reply(rc *fasthttp.RequestCtx, conn net.Conn) error {
	request, response := &rc.Request.Header, &rc.Response
	response.SkipBody = request.IsHead()
	if request.ConnectionClose() || s.closing.Load() {
		response.SetConnectionClose()
	} else if !request.IsHTTP11() && !response.ConnectionClose() {
		response.Header.Set(fasthttp.HeaderConnection, "keep-alive")
	}
	if err := conn.SetWriteDeadline(time.Now().Add(s.config.WriteTimeout)); err != nil {
		return err
	}
	w := writers.Get().(*bufio.Writer)
	defer func() {
		w.Reset(nil)
		writers.Put(w)
	}()
	w.Reset(conn)
	if err := response.Write(w); err != nil {
		return err
	}
	return w.Flush()
}

// errSilent is the error of what is not answered.
var errSilent = errors.New("nothing was asked")

// read reads a request. What was not asked for is not read: the header decides.
func (s *Server) read(rc *fasthttp.RequestCtx, conn net.Conn, in *input) (intake.Body, error) {
	header := &rc.Request.Header
	if err := readHeader(header, in); err != nil {
		return intake.Body{}, err
	}
	if err := checkURI(header); err != nil {
		return intake.Body{}, err
	}
	length := header.ContentLength() // of the header: -1 is chunked, -2 is without a body
	if length > s.config.MaxBody {
		return intake.Body{}, intake.ErrTooLong
	}
	wanted := s.config.Admit(rc)
	if rc.Request.MayContinue() {
		if err := s.goOn(conn); err != nil {
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

func checkURI(header *fasthttp.RequestHeader) error {
	uri := fasthttp.AcquireURI()
	defer fasthttp.ReleaseURI(uri)
	return uri.Parse(header.Host(), header.RequestURI())
}

// goOn tells a client that waits for it to send the body.
func (s *Server) goOn(conn net.Conn) error {
	if err := conn.SetWriteDeadline(time.Now().Add(s.config.WriteTimeout)); err != nil {
		return err
	}
	_, err := io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
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
