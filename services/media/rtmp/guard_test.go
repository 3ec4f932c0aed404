package rtmp_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/bluenviron/gortmplib/pkg/bytecounter"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/gortmplib/pkg/rawmessage"

	"xiaozhibo.dev/services/media/rtmp"
)

const limit = 64 << 10

var greeting = append([]byte{3}, make([]byte, 3072)...)

// through reads messages as the library does, behind the guard.
func through(sent []byte, guarded bool) (messages []*rawmessage.Message, err error) {
	from := io.Reader(bytes.NewReader(append(bytes.Clone(greeting), sent...)))
	if guarded {
		from = rtmp.NewGuard(from, limit)
	}
	if _, err := io.ReadFull(from, make([]byte, len(greeting))); err != nil {
		return nil, err
	}
	counted := bytecounter.NewReader(from)
	reader := rawmessage.NewReader(counted, counted, func(uint32) error { return nil })
	for {
		msg, err := reader.Read()
		if err != nil {
			return messages, err
		}
		if msg.Type == byte(message.TypeSetChunkSize) && len(msg.Body) == 4 {
			size := uint32(msg.Body[0])<<24 | uint32(msg.Body[1])<<16 | uint32(msg.Body[2])<<8 | uint32(msg.Body[3])
			if err := reader.SetChunkSize(size); err != nil {
				return messages, err
			}
		}
		messages = append(messages, msg)
	}
}

// written is what the library's own writer sends.
func written(t testing.TB, messages ...message.Message) []byte {
	t.Helper()
	var sent bytes.Buffer
	writer := message.NewWriter(&sent, bytecounter.NewWriter(&sent), false)
	for _, msg := range messages {
		if err := writer.Write(msg); err != nil {
			t.Fatal(err)
		}
	}
	return sent.Bytes()
}

func session(t testing.TB) []byte {
	return written(t,
		&message.CommandAMF0{ChunkStreamID: 3, Name: "connect", CommandID: 1, Arguments: []any{"app"}},
		&message.SetChunkSize{Value: 1000},
		&message.Video{ChunkStreamID: 6, MessageStreamID: 1, Codec: 7, IsKeyFrame: true, Type: message.VideoTypeAU, AU: make([]byte, 5_000)},
		&message.Audio{ChunkStreamID: 4, MessageStreamID: 1, Codec: 10, AACType: message.AudioAACTypeAU, AU: make([]byte, 300)},
		&message.Video{ChunkStreamID: 6, MessageStreamID: 1, Codec: 7, DTS: 20_000 << 20, Type: message.VideoTypeAU, AU: make([]byte, 1_500)},
		&message.Video{ChunkStreamID: 6, MessageStreamID: 1, Codec: 7, DTS: 20_001 << 20, Type: message.VideoTypeAU, AU: make([]byte, 1_500)},
	)
}

func TestWhatAnEncoderSendsPassesTheGuardInAnyPieces(t *testing.T) {
	sent := session(t)
	for name, from := range map[string]io.Reader{
		"at once":      bytes.NewReader(append(bytes.Clone(greeting), sent...)),
		"byte by byte": iotest.OneByteReader(bytes.NewReader(append(bytes.Clone(greeting), sent...))),
	} {
		all, err := io.ReadAll(rtmp.NewGuard(from, limit))
		if err != nil || !bytes.Equal(all[len(greeting):], sent) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(all), len(greeting)+len(sent), err)
		}
	}
	if messages, err := through(sent, true); len(messages) != 6 || !errors.Is(err, io.EOF) {
		t.Errorf("the library read %d messages, %v", len(messages), err)
	}
}

// What the guard lets through the library must read as it does without; and it must
// never make room for more than the limit, which the guard cannot know unless it reads
// headers as the library does.
func FuzzTheGuardReadsAsTheLibrary(f *testing.F) {
	f.Add(session(f))
	f.Add([]byte{3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 20, 0, 0, 0, 0})
	f.Add([]byte{4, 0xFF, 0xFF, 0xFF, 0, 0, 200, 9, 0, 0, 0, 0, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, sent []byte) {
		guarded, err := through(sent, true)
		free, freeErr := through(sent, false)
		if len(guarded) > len(free) {
			t.Fatalf("%d messages behind the guard, %d without", len(guarded), len(free))
		}
		for i := range guarded {
			if !bytes.Equal(guarded[i].Body, free[i].Body) || guarded[i].Type != free[i].Type {
				t.Fatalf("message %d is another one", i)
			}
			if len(guarded[i].Body) > limit {
				t.Fatalf("a message of %d bytes", len(guarded[i].Body))
			}
		}
		if ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); ended && err.Error() != freeErr.Error() {
			t.Fatalf("the guard saw nothing wrong, and the library %v, without %v", err, freeErr)
		}
	})
}

func FuzzFramesOfHostileMessages(f *testing.F) {
	f.Add(session(f))
	f.Fuzz(func(t *testing.T, sent []byte) {
		from := rtmp.NewGuard(bytes.NewReader(append(bytes.Clone(greeting), sent...)), limit)
		if _, err := io.ReadFull(from, make([]byte, len(greeting))); err != nil {
			t.Skip()
		}
		counted := bytecounter.NewReader(from)
		reader := message.NewReader(counted, counted, func(uint32) error { return nil })
		for {
			msg, err := reader.Read()
			if err != nil {
				return
			}
			if frame, err := rtmp.NewFrames(msg); err == nil && frame != nil && len(frame.Bytes()) < len(frame.Data) {
				t.Fatal("a frame without its header")
			}
		}
	})
}
