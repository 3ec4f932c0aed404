package wire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"time"

	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/libs/intake"
)

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

// readHeader reads the request line and the headers, in a large buffer where the small one is
// not enough. The error is errSilent where nothing was asked.
func readHeader(header *fasthttp.RequestHeader, in *input) error {
	for {
		err := header.Read(in.Reader)
		if err == nil {
			return nil // before what looks at errors: it allocates
		}
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
		return headerError{err}
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
