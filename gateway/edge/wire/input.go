package wire

import (
	"bufio"
	"bytes"
	"net"
	"sync"
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
func newInput(conn net.Conn, first byte) *input {
	in := &input{Reader: smallBuffers.Get().(*bufio.Reader), source: source{conn, []byte{first}}}
	in.Reset(&in.source)
	return in
}

// grow makes the buffer large, and reports whether it was small.
func (in *input) grow() bool {
	if in.Size() == largeBuffer {
		return false
	}
	in.source.taken = append(bytes.Clone(in.came()), in.source.taken...)
	in.release()
	in.Reader = largeBuffers.Get().(*bufio.Reader)
	in.Reset(&in.source)
	return true
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
	}
	in.Reset(nil) // the pool keeps no connection
	pool.Put(in.Reader)
	in.Reader = nil
}
