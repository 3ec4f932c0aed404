package rtmp

import (
	"errors"
	"io"
	"sync/atomic"
)

const (
	version       = 3          // of RTMP without encryption
	handshakeSize = 1 + 2*1536 // version, C1, C2
	minChunk      = 128        // what every connection begins with
	maxChunk      = 1 << 20    // bytes that a pusher may ask for
	maxText       = 64 << 10   // of a message that is neither audio nor video
)

// The types of messages that the guard looks at.
const (
	typeSetChunkSize = 1
	typeAbort        = 2
	typeAudio        = 8
	typeVideo        = 9
)

// errEncrypted is of a first byte that begins no RTMP: RTMPE has 6, TLS 22, and HTTP a letter.
var errEncrypted = errors.New("neither RTMP nor anything else that is spoken here")

// guard stands before the RTMP library and reads the headers of all chunks along with it.
// The library makes room for what a header announces, before it has come, for each of 62
// chunk streams: a stranger would cost hundreds of megabytes. So what is announced and
// not yet whole may be no more than a limit together.
type guard struct {
	from  io.Reader
	limit atomic.Int64 // bytes of messages that are not whole

	greeting int   // bytes of the handshake that are to come
	chunk    int64 // bytes of a chunk's body at most; the pusher may change it
	streams  [64]chunkStream
	pending  int64 // announced, of all messages that are not whole

	header []byte // of the chunk that has begun
	left   int64  // bytes of the chunk's body that are to come
	of     *chunkStream
}

// newGuard allows limit bytes of messages that are not whole. Limit may be raised later, once
// the pusher is known.
func newGuard(from io.Reader, limit int64) *guard {
	g := &guard{from: from, greeting: handshakeSize, chunk: minChunk}
	g.limit.Store(limit)
	return g
}

// Read hands on nothing of what broke the rules.
func (g *guard) Read(p []byte) (int, error) {
	n, err := g.from.Read(p)
	if bad := g.look(p[:n]); bad != nil {
		return 0, bad
	}
	return n, err
}

// look goes through what was read. Reads end anywhere, so each step takes what there is of one
// part and remembers the rest.
func (g *guard) look(p []byte) error {
	for len(p) > 0 {
		var used int
		var err error
		switch {
		case g.greeting > 0:
			used, err = g.greet(p)
		case g.left > 0:
			used, err = g.body(p)
		default:
			used, err = 1, g.headerByte(p[0])
		}
		if err != nil {
			return err
		}
		p = p[used:]
	}
	return nil
}

// greet takes the handshake, which nothing is known of but its length and version.
func (g *guard) greet(p []byte) (int, error) {
	if g.greeting == handshakeSize && p[0] != version {
		return 0, errEncrypted
	}
	used := min(g.greeting, len(p))
	g.greeting -= used
	return used, nil
}

// headerSizes are those of chunk headers, by their two highest bits: a header may leave out what
// is as in the chunk before.
var headerSizes = [4]int{12, 8, 4, 1}

// headerByte takes one byte of a header. Four bytes more follow if the time does not fit in three,
// also in a header that leaves it out.
func (g *guard) headerByte(b byte) error {
	g.header = append(g.header, b)
	if len(g.header) == 1 && b&0x3F < 2 {
		return errors.New("a chunk stream with a long number")
	}
	form := g.header[0] >> 6
	stream := &g.streams[g.header[0]&0x3F]
	size := headerSizes[form]
	if len(g.header) < size {
		return nil
	}
	if form < 3 {
		stream.extended = g.header[1] == 0xFF && g.header[2] == 0xFF && g.header[3] == 0xFF
	}
	if stream.extended {
		size += 4
	}
	if len(g.header) < size {
		return nil
	}
	err := g.begin(form, stream)
	g.header = g.header[:0]
	return err
}
