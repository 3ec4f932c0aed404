//go:build !race

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
)

// join begins to play.
func (s *soak) join(from string) io.ReadCloser {
	status, body := s.get(from)
	if status != http.StatusOK {
		s.t.Errorf("%s is answered %d", from, status)
	}
	return body
}

// play reads a stream until so many bytes have come or it ends.
func (s *soak) play(body io.ReadCloser, bytes int64) {
	if body == nil {
		return
	}
	defer body.Close()
	if _, err := io.CopyN(io.Discard, body, bytes); err == nil && bytes == 1<<30 {
		s.t.Error("a stream does not end")
	}
}

var segmentOf = regexp.MustCompile(`(?m)^[^#\s].*$`)

// playHLS reads playlists down to a segment.
func (s *soak) playHLS(from string) {
	for range 2 {
		_, body := s.get(from)
		if body == nil {
			return
		}
		text, err := io.ReadAll(body)
		body.Close()
		next, joined := url.Parse(string(segmentOf.Find(text)))
		base, _ := url.Parse(from)
		if err != nil || joined != nil || next.Path == "" {
			return // the push has ended already
		}
		from = base.ResolveReference(next).String()
	}
}

// idle asks for a stream and takes nothing of it.
func (s *soak) idle(from string) net.Conn {
	parsed, err := url.Parse(from)
	if err != nil {
		s.t.Fatal(err)
	}
	conn, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", parsed.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: play\r\n\r\n", parsed.RequestURI())
	return conn
}
