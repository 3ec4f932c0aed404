package wire

import (
	"bufio"
	"bytes"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/libs/intake"
)

// Buffers of requests. Nearly every header fits the small one; a connection
// without a request has none.
const (
	smallBuffer = 2 << 10
	largeBuffer = 16 << 10 // the longest header, in bytes
)

var (
	smallBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, smallBuffer) }}
	largeBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, largeBuffer) }}
)

var requestContexts = sync.Pool{New: func() any { return new(fasthttp.RequestCtx) }}

// input is what has come of a connection and is not read yet, and the request that it becomes.
// It is of one connection, from newInput to release; what it is made of comes out of pools and
// goes back there.
type input struct {
	*bufio.Reader
	rc     *fasthttp.RequestCtx
	source source
	place  place
	budget *intake.Budget // of large buffers too
}

// source is a connection, before which stands what was taken from it.
type source struct {
	*talk
	taken []byte
	limit time.Duration // for what is read from now on; 0: its deadline is set
}

// Read gives what was taken first, and sets the deadline of the request only when it has to wait
// for bytes.
func (s *source) Read(p []byte) (int, error) {
	if len(s.taken) > 0 {
		n := copy(p, s.taken)
		s.taken = s.taken[n:]
		return n, nil
	}
	if s.limit > 0 { // not before: most requests have come as a whole
		if err := s.readUntil(time.Now().Add(s.limit), 0); err != nil {
			return 0, err
		}
		s.limit = 0
	}
	return s.conn.Read(p)
}

// newInput begins with what was read already.
func newInput(t *talk, first []byte, budget *intake.Budget) *input {
	in := &input{rc: requestContexts.Get().(*fasthttp.RequestCtx), source: source{talk: t, taken: first}, budget: budget}
	in.rc.Init2(t.conn, nil, true)
	in.small()
	return in
}

// isEmpty reports whether the next request has yet to come.
func (in *input) isEmpty() bool { return in.Buffered() == 0 && len(in.source.taken) == 0 }

// await waits for a request, but not for long after now.
func (in *input) await(now time.Time) error {
	if in.Size() == largeBuffer {
		in.giveBuffer()
		in.small()
	}
	at, less := now.Add(stay), lessStay
	if in.source.until.Before(at) {
		at, less = in.source.until, 0
	}
	if err := in.source.readUntil(at, less); err != nil {
		return err
	}
	in.source.limit = 0
	_, err := in.Peek(1)
	return err
}

// small takes a small buffer, which nearly every header fits.
func (in *input) small() {
	in.Reader = smallBuffers.Get().(*bufio.Reader)
	in.Reset(&in.source)
}

// grow makes a small buffer large, unless the budget has nothing left.
func (in *input) grow() error {
	if !in.budget.Take(largeBuffer) {
		return intake.ErrBusy
	}
	in.source.taken = append(bytes.Clone(in.came()), in.source.taken...)
	in.giveBuffer()
	in.Reader = largeBuffers.Get().(*bufio.Reader)
	in.Reset(&in.source)
	return nil
}

// came returns what is in the buffer, until the next read.
func (in *input) came() []byte {
	came, _ := in.Peek(in.Buffered()) // which cannot fail
	return came
}

// release gives buffer and request back. The input must not be used any more.
func (in *input) release() {
	in.giveBuffer()
	in.rc.Init2(nil, nil, true) // the pool keeps no connection
	requestContexts.Put(in.rc)
}

// giveBuffer gives the buffer back to the pool that it is from.
func (in *input) giveBuffer() {
	pool := &smallBuffers
	if in.Size() == largeBuffer {
		pool = &largeBuffers
		in.budget.Give(largeBuffer)
	}
	in.Reset(nil) // the pool keeps no connection
	pool.Put(in.Reader)
	in.Reader = nil
}
