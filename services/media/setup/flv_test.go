package setup_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"testing"

	"xiaozhibo.dev/services/media/flv"
)

// frame is one tag of FLV.
type frame struct {
	kind        flv.Kind
	key, config bool
	dts         uint32
}

// readFLV reads so many tags.
func readFLV(t *testing.T, from io.Reader, number int) (frames []frame) {
	t.Helper()
	reader := bufio.NewReader(from)
	if err := readHeader(reader); err != nil {
		t.Fatal(err)
	}
	for range number {
		one, err := readFrame(reader)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, one)
	}
	return frames
}

// readHeader reads what stands before the tags. The stream must have pictures and sound.
func readHeader(from io.Reader) error {
	header := make([]byte, 13)
	_, err := io.ReadFull(from, header)
	if err != nil || string(header[:3]) != "FLV" || header[4] != 5 {
		return errors.Join(fmt.Errorf("the header is %x", header), err)
	}
	return nil
}

// readFrame reads one tag.
func readFrame(from io.Reader) (one frame, err error) {
	head := make([]byte, 11)
	if _, err := io.ReadFull(from, head); err != nil {
		return one, err
	}
	body := make([]byte, int(head[1])<<16|int(head[2])<<8|int(head[3])+4)
	if _, err := io.ReadFull(from, body); err != nil {
		return one, err
	}
	kind := flv.Kind(head[0])
	return frame{
		kind: kind, key: kind == flv.Video && body[0]>>4 == 1, config: kind != flv.Script && body[1] == 0,
		dts: uint32(head[4])<<16 | uint32(head[5])<<8 | uint32(head[6]),
	}, nil
}
