package events

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"time"
)

// stream writes to one reader. It belongs to the goroutine of its request. Its error, once there
// is one, is that of the connection: nothing can be sent after it.
type stream struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	err        error
}

// newStream writes nothing yet.
func newStream(w http.ResponseWriter) *stream {
	return &stream{w: w, controller: http.NewResponseController(w)}
}

// send writes what is there and flushes it, each piece in its time.
func (s *stream) send(data ...[]byte) error {
	if len(data) == 0 {
		return nil
	}
	for _, bytes := range data {
		for len(bytes) > 0 {
			piece := bytes[:min(len(bytes), pieceSize)]
			bytes = bytes[len(piece):]
			s.err = s.controller.SetWriteDeadline(time.Now().Add(writeTimeout))
			if s.err == nil {
				_, s.err = s.w.Write(piece)
			}
			if s.err != nil {
				return s.err
			}
		}
	}
	s.err = s.controller.Flush()
	return s.err
}

// leave says farewell and returns the reason.
func (s *stream) leave(reason, text string) string {
	_ = s.controller.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = s.w.Write(farewell(text, time.Second/2+rand.N(pauseAtMost-time.Second/2)))
	_ = s.controller.Flush() // whoever does not hear it connects again all the same
	return reason
}

// why says whose fault the failed write was.
func (s *stream) why() string {
	if errors.Is(s.err, os.ErrDeadlineExceeded) {
		return bySlowness
	}
	return byClient
}
