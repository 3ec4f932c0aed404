package flv

import (
	"errors"
	"fmt"
	"io"
)

// ErrCut is how a file ends whose last tag was not written to its end: its process was killed.
// What stands before is good.
var ErrCut = errors.New("the last tag is cut off")

// Entry is where a tag's data lies in a file.
type Entry struct {
	Kind        Kind
	Codec       Codec
	Config, Key bool
	DTS         uint32
	CTS         int32
	Offset      int64 // of the data
	Size        int   // of the data
}

// Scanner walks over the tags of a file without reading their data, so frames cost no memory. It is for one
// goroutine. The file stays the caller's.
type Scanner struct {
	file io.ReaderAt
	next int64
}

// NewScanner begins behind the file's header.
func NewScanner(file io.ReaderAt) (*Scanner, error) {
	header := make([]byte, len(Header(false, false)))
	if _, err := file.ReadAt(header, 0); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if string(header[:3]) != "FLV" {
		return nil, errors.New("no FLV file")
	}
	return &Scanner{file, int64(len(header))}, nil
}

// Next returns the next tag, io.EOF behind the last, or ErrCut if that is not whole. Header and prefix are one
// read; whether the tag is whole is told by one more, of its last byte.
func (s *Scanner) Next() (e Entry, err error) {
	var head [headerSize + videoPrefix]byte
	n, err := s.file.ReadAt(head[:], s.next)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return e, io.EOF
	case n < headerSize && errors.Is(err, io.EOF):
		return e, ErrCut
	case err != nil && !errors.Is(err, io.EOF):
		return e, err
	}
	size := int(head[1])<<16 | int(head[2])<<8 | int(head[3])
	e = Entry{
		Kind:   Kind(head[0]),
		DTS:    uint32(head[4])<<16 | uint32(head[5])<<8 | uint32(head[6]) | uint32(head[7])<<24,
		Offset: s.next + headerSize,
		Size:   size,
	}
	if err := e.readPrefix(head[headerSize:]); err != nil {
		return e, err
	}
	end := s.next + headerSize + int64(size) + trailerSize
	if _, err := s.file.ReadAt(head[:1], end-1); err != nil {
		return e, ErrCut
	}
	s.next = end
	return e, nil
}

// readPrefix takes what stands before the data.
func (e *Entry) readPrefix(body []byte) error {
	prefix := 0
	switch e.Kind {
	case Video:
		prefix = videoPrefix
		e.Codec, e.Key, e.Config = Codec(body[0]&0x0F), body[0]>>4 == 1, body[1] == 0
		e.CTS = int32(uint32(body[2])<<24|uint32(body[3])<<16|uint32(body[4])<<8) >> 8
	case Audio:
		prefix = audioPrefix
		e.Codec, e.Config = Codec(body[0]>>4), body[1] == 0
	case Script:
	default:
		return fmt.Errorf("a tag of the unknown kind %d", e.Kind)
	}
	if e.Size < prefix {
		return fmt.Errorf("a tag of %d bytes", e.Size)
	}
	e.Offset += int64(prefix)
	e.Size -= prefix
	return nil
}
