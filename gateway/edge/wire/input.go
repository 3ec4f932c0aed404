package wire

import (
	"bufio"
	"bytes"
	"net"
	"sync"

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

// input is what has come of a connection and is not read yet.
type input struct {
	*bufio.Reader
	source source
	budget *intake.Budget // of large buffers too
}

// source is a connection, before which stands what was taken from it.
type source struct {
	net.Conn
	taken []byte
}

func (s *source) Read(p []byte) (int, error) {
	if len(s.taken) == 0 {
		return s.Conn.Read(p)
	}
	n := copy(p, s.taken)
	s.taken = s.taken[n:]
	return n, nil
}

// newInput begins with the byte that was waited for.
func newInput(conn net.Conn, first byte, budget *intake.Budget) *input {
	in := &input{Reader: smallBuffers.Get().(*bufio.Reader), source: source{conn, []byte{first}}, budget: budget}
	in.Reset(&in.source)
	return in
}

// grow makes a small buffer large, unless the budget has nothing left.
func (in *input) grow() error {
	if !in.budget.Take(largeBuffer) {
		return intake.ErrBusy
	}
	in.source.taken = append(bytes.Clone(in.came()), in.source.taken...)
	in.release()
	in.Reader = largeBuffers.Get().(*bufio.Reader)
	in.Reset(&in.source)
	return nil
}

// came returns what is in the buffer, until the next read.
func (in *input) came() []byte {
	came, _ := in.Peek(in.Buffered()) // which cannot fail
	return came
}

func (in *input) release() {
	pool := &smallBuffers
	if in.Size() == largeBuffer {
		pool = &largeBuffers
		in.budget.Give(largeBuffer)
	}
	in.Reset(nil) // the pool keeps no connection
	pool.Put(in.Reader)
	in.Reader = nil
}
