package load

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// patience is what a released client waits for a reply.
const patience = 10 * time.Second

// Target is where requests go.
type Target struct {
	address, host, path string
	tls                 *tls.Config // nil without HTTPS
}

// ParseTarget returns the target of an http or https URL.
func ParseTarget(text string) (t Target, err error) {
	u, err := url.Parse(text)
	if err != nil {
		return t, fmt.Errorf("the server: %w", err)
	}
	ports := map[string]string{"http": "80", "https": "443"}
	port := ports[u.Scheme]
	if port == "" || u.Host == "" {
		return t, fmt.Errorf("the server: %q is no http or https URL", text)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	t = Target{address: net.JoinHostPort(u.Hostname(), port), host: u.Host, path: u.RequestURI()}
	if u.Scheme == "https" {
		t.tls = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

// line is a connection that is made when it is needed and kept as long as the
// server keeps it. It is for one goroutine at a time.
type line struct {
	target Target
	conn   net.Conn
	reader *bufio.Reader
	out    []byte
	body   bytes.Buffer
	unzip  gzip.Reader

	sent, received int64 // bytes, with headers
}

// reply is what came back. The body is good until the next request.
type reply struct {
	value int
	size  int // bytes of the body, as it came
	body  []byte
	heard bool // something came, even if it is no reply
	again bool // it was sent on a connection that the server was closing, and again
}

// request is what is sent.
type request struct {
	body    []byte
	address []byte // of the client, for X-Forwarded-For
	gzip    bool
	fresh   bool // on a connection of its own
}

// post sends one request. On a connection that the server closed meanwhile it is sent
// again on another one, as every client does.
func (l *line) post(ctx context.Context, r request) (got reply, err error) {
	if r.fresh {
		l.close()
	}
	kept := l.conn != nil
	got, err = l.exchange(ctx, r)
	if err != nil && kept && !got.heard && (errors.Is(err, io.EOF) || isReset(err)) {
		got, err = l.exchange(ctx, r)
		got.again = true
	}
	if err != nil || r.fresh {
		l.close()
	}
	return got, err
}

func (l *line) exchange(ctx context.Context, r request) (got reply, err error) {
	if l.conn == nil {
		if err := l.dial(ctx); err != nil {
			return got, err
		}
	}
	if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return got, fmt.Errorf("post: %w", err)
	}
	l.out = l.target.append(l.out[:0], r)
	if _, err := l.conn.Write(l.out); err != nil {
		l.close()
		return got, fmt.Errorf("post: %w", err)
	}
	l.sent += int64(len(l.out))
	got, err = l.read()
	if err != nil {
		l.close()
	}
	return got, err
}

func (t Target) append(b []byte, r request) []byte {
	b = append(append(append(b, "POST "...), t.path...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, t.host...), "\r\nContent-Type: application/json\r\nX-Forwarded-For: "...)
	b = append(b, r.address...)
	if r.gzip {
		b = append(b, "\r\nAccept-Encoding: gzip"...)
	}
	if r.fresh {
		b = append(b, "\r\nConnection: close"...)
	}
	b = strconv.AppendInt(append(b, "\r\nContent-Length: "...), int64(len(r.body)), 10)
	return append(append(b, "\r\n\r\n"...), r.body...)
}

func (l *line) dial(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.target.address)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	if l.target.tls != nil {
		secure := tls.Client(conn, l.target.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("dial: %w", errors.Join(err, conn.Close()))
		}
		conn = secure
	}
	l.conn = conn
	counted := counter{conn, &l.received}
	if l.reader == nil {
		l.reader = bufio.NewReader(counted)
	} else {
		l.reader.Reset(counted)
	}
	return nil
}

func (l *line) close() {
	if l.conn != nil {
		_ = l.conn.Close()
		l.conn = nil
	}
}

// read reads a reply, whose status must be 200.
func (l *line) read() (got reply, err error) {
	if _, err := l.reader.Peek(1); err != nil {
		return got, fmt.Errorf("read a reply: %w", err)
	}
	got.heard = true
	resp, err := http.ReadResponse(l.reader, nil)
	if err != nil {
		return got, fmt.Errorf("read a reply: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	l.body.Reset()
	if _, err := l.body.ReadFrom(resp.Body); err != nil {
		return got, fmt.Errorf("read a reply: %w", err)
	}
	got.body, got.size = l.body.Bytes(), l.body.Len()
	if resp.StatusCode != http.StatusOK {
		return got, fmt.Errorf("read a reply: status %d %.200s", resp.StatusCode, got.body)
	}
	if resp.Close {
		l.close()
	}
	start := got.body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if start, err = l.beginning(); err != nil {
			return got, err
		}
	}
	got.value, err = returnValue(start)
	return got, err
}

// beginning is what a compressed body begins with, as far as the returnValue goes.
func (l *line) beginning() ([]byte, error) {
	if err := l.unzip.Reset(bytes.NewReader(l.body.Bytes())); err != nil {
		return nil, fmt.Errorf("unzip a reply: %w", err)
	}
	start := make([]byte, len(envelope)+8)
	if _, err := io.ReadFull(&l.unzip, start); err != nil {
		return nil, fmt.Errorf("unzip a reply: %w", err)
	}
	return start, nil
}
