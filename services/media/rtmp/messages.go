package rtmp

import (
	"errors"
	"fmt"
)

// chunkStream is one of several messages that may be under way at once.
type chunkStream struct {
	known    bool // a header with a length has come
	kind     byte
	length   int64   // of the message, in bytes
	received int64   // 0: between messages
	extended bool    // its time takes four more bytes
	text     [4]byte // the first bytes of the message: all of one that sets the size of chunks
}

// begin takes a header that is whole. One that the library might count in another way than the guard is refused: the bound
// would be of no use then.
func (g *guard) begin(form byte, stream *chunkStream) error {
	switch {
	case form != 0 && !stream.known:
		return errors.New("a chunk that refers to none before it")
	case form != 3 && stream.received > 0:
		return errors.New("a message that begins before the last has ended")
	}
	if form < 2 {
		stream.known = true
		stream.length = int64(g.header[4])<<16 | int64(g.header[5])<<8 | int64(g.header[6])
		stream.kind = g.header[7]
	}
	if stream.received == 0 {
		if err := g.announce(stream); err != nil {
			return err
		}
	}
	g.of = stream
	g.left = min(g.chunk, stream.length-stream.received)
	if g.left == 0 {
		return g.whole(stream)
	}
	return nil
}

// announce takes the length of a message that begins, for which the library makes room.
func (g *guard) announce(stream *chunkStream) error {
	if stream.kind != typeAudio && stream.kind != typeVideo && stream.length > maxText {
		return fmt.Errorf("a message of %d bytes that is neither audio nor video", stream.length)
	}
	g.pending += stream.length
	if limit := g.limit.Load(); g.pending > limit {
		return fmt.Errorf("%d bytes announced, more than %d", g.pending, limit)
	}
	return nil
}

// body takes a part of a chunk's body, of which only the first bytes are looked at.
func (g *guard) body(p []byte) (int, error) {
	used := int(min(g.left, int64(len(p))))
	s := g.of
	for i := range min(used, max(0, len(s.text)-int(s.received))) {
		s.text[int(s.received)+i] = p[i]
	}
	s.received += int64(used)
	if g.left -= int64(used); g.left == 0 && s.received == s.length {
		return used, g.whole(s)
	}
	return used, nil
}

// whole takes a message whose last byte has come.
func (g *guard) whole(s *chunkStream) error {
	g.pending -= s.length
	s.received = 0
	value := int64(s.text[0])<<24 | int64(s.text[1])<<16 | int64(s.text[2])<<8 | int64(s.text[3])
	switch {
	case s.kind == typeAbort:
		return errors.New("a message that is taken back")
	case s.kind == typeSetChunkSize && s.length == 4 && (value < minChunk || value > maxChunk):
		return fmt.Errorf("chunks of %d bytes", value)
	case s.kind == typeSetChunkSize && s.length == 4:
		g.chunk = value
	}
	return nil
}
