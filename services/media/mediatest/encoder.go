// Package mediatest is an encoder for tests: it pushes a few bytes that look like H.264
// and AAC, without a codec.
package mediatest

import (
	"context"
	"errors"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
)

// What a decoder of the pushed video must know: 1920 by 1080, baseline.
var (
	SPS = []byte{0x67, 0x42, 0xc0, 0x28, 0xd9, 0x00, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc9, 0x20}
	PPS = []byte{0x68, 0x06, 0x07, 0x08}
)

// Encoder pushes one stream.
type Encoder struct {
	client       *gortmplib.Client
	writer       *gortmplib.Writer
	video, audio *gortmplib.Track
	frames       int
}

// Push connects, is told that it may push, and begins, or returns why it may not.
func Push(ctx context.Context, to string) (*Encoder, error) {
	e, err := Connect(ctx, to)
	if err != nil {
		return nil, err
	}
	if err := e.Begin(); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

// Connect connects and is told that it may push, or returns why it may not. Begin must be
// called before anything is pushed.
func Connect(ctx context.Context, to string) (*Encoder, error) {
	return ConnectBy(ctx, to, new(net.Dialer).DialContext)
}

// ConnectBy is Connect on a network of the test's.
func ConnectBy(ctx context.Context, to string, dial func(ctx context.Context, network, address string) (net.Conn, error)) (*Encoder, error) {
	parsed, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	e := &Encoder{
		client: &gortmplib.Client{URL: parsed, Publish: true, DialContext: dial},
		video:  &gortmplib.Track{Codec: &codecs.H264{SPS: SPS, PPS: PPS}},
		audio: &gortmplib.Track{Codec: &codecs.MPEG4Audio{Config: &mpeg4audio.AudioSpecificConfig{
			Type: mpeg4audio.ObjectTypeAACLC, SampleRate: 44100, ChannelConfig: 2,
		}}},
	}
	if err := e.client.Initialize(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

// Begin says what will be pushed.
func (e *Encoder) Begin() error {
	e.writer = &gortmplib.Writer{Conn: e.client, Tracks: []*gortmplib.Track{e.video, e.audio}}
	return e.writer.Initialize()
}

// Start is Push for a URL that is good, until t ends.
func Start(t *testing.T, to string) *Encoder {
	t.Helper()
	e, err := Push(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// Second pushes one second of the stream: 25 pictures, the first of which is a key frame,
// of size bytes each, and the sound to them.
func (e *Encoder) Second(size int) error {
	for i := range 25 {
		at := time.Duration(e.frames) * 40 * time.Millisecond
		e.frames++
		unit := append([]byte{0x41, 0x9a}, make([]byte, size)...)
		picture := [][]byte{unit}
		if i == 0 {
			unit[0] = 0x65
			picture = [][]byte{SPS, PPS, unit}
		}
		if err := e.writer.WriteH264(e.video, at, at, picture); err != nil {
			return err
		}
		if err := e.writer.WriteMPEG4Audio(e.audio, at, []byte{0x21, 0x10, 0x04, byte(i)}); err != nil {
			return err
		}
	}
	return nil
}

// Picture pushes a key frame and the sound to it, at a time after the stream began.
func (e *Encoder) Picture(at time.Duration, size int) error {
	unit := append([]byte{0x65, 0x9a}, make([]byte, size)...)
	if err := e.writer.WriteH264(e.video, at, at, [][]byte{SPS, PPS, unit}); err != nil {
		return err
	}
	return e.writer.WriteMPEG4Audio(e.audio, at, []byte{0x21, 0x10, 0x04, 0})
}

// Hear reads what the server says until the connection ends: where nothing is buffered, a
// server that is not heard waits.
func (e *Encoder) Hear() {
	for {
		if _, err := e.client.Read(); err != nil {
			return
		}
	}
}

// Ended waits until the server has closed the connection.
func (e *Encoder) Ended() error {
	_ = e.client.NetConn().SetReadDeadline(time.Now().Add(2 * time.Minute))
	for {
		if _, err := e.client.Read(); err != nil {
			if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
				return err
			}
			return nil
		}
	}
}

// Close ends the push.
func (e *Encoder) Close() { e.client.Close() }

// Kill ends the connection as a process does that is killed: nothing more is sent, and what
// was not sent is lost.
func (e *Encoder) Kill() {
	if conn, is := e.client.NetConn().(*net.TCPConn); is {
		_ = conn.SetLinger(0)
	}
	e.client.Close()
}
