package record

import (
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/pmp4"

	"xiaozhibo.dev/services/media/disk"
	"xiaozhibo.dev/services/media/flv"
)

const (
	videoScale = 90_000
	maxGap     = 10_000 // milliseconds between two frames; a longer one is the pusher's clock
)

var errEmpty = errors.New("no frame was recorded")

// toMP4 writes what an FLV file holds up to its last whole tag as MP4, with its index in
// front. It returns the size in bytes. The file has its name only when it is on disk.
func toMP4(from, to string) (size int64, err error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer in.Close() //nolint:errcheck // it was read
	presentation, err := read(in)
	if err != nil {
		return 0, err
	}
	part := to + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	err = presentation.Marshal(out)
	err = errors.Join(err, out.Flush(), file.Sync())
	info, errInfo := file.Stat()
	if err = errors.Join(err, errInfo, file.Close()); err != nil {
		return 0, errors.Join(err, os.Remove(part))
	}
	return info.Size(), disk.Rename(part, to)
}

// read lists the frames of a file without reading them.
func read(file io.ReaderAt) (*pmp4.Presentation, error) {
	scanner, err := flv.NewScanner(file)
	if errors.Is(err, io.EOF) {
		return nil, errEmpty
	}
	if err != nil {
		return nil, err
	}
	var video, audio track
	for {
		entry, err := scanner.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, flv.ErrCut) {
			break
		}
		if err != nil {
			return nil, err
		}
		one := &video
		if entry.Kind == flv.Audio {
			one = &audio
		}
		if err := one.add(file, entry); err != nil {
			return nil, err
		}
	}
	presentation := &pmp4.Presentation{}
	first := min(video.start(), audio.start())
	for _, one := range []*track{&video, &audio} {
		if len(one.frames) > 0 && one.codec != nil {
			presentation.Tracks = append(presentation.Tracks, one.index(file, len(presentation.Tracks)+1, first))
		}
	}
	if len(presentation.Tracks) == 0 {
		return nil, errEmpty
	}
	return presentation, nil
}
