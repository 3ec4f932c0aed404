package web

import (
	"net/http"
	"time"
)

const (
	writeTime = 10 * time.Second // for a client to take a part of an answer
	writeSize = 64 << 10         // of a part
)

// steady gives a client a bounded time for each part of an answer, however long the whole
// of it is: one that takes nothing is left.
type steady struct {
	http.ResponseWriter
	control *http.ResponseController
}

// Unwrap is for http.ResponseController.
func (s *steady) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Write sends p in parts, each with a deadline of its own. An empty p is written once, as it sends the header.
func (s *steady) Write(p []byte) (written int, err error) {
	for first := true; first || len(p) > 0; first = false {
		part := p[:min(len(p), writeSize)]
		if err := s.control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
			return written, err
		}
		n, err := s.ResponseWriter.Write(part)
		if written += n; err != nil {
			return written, err
		}
		p = p[n:]
	}
	return written, nil
}
