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

// errEmpty is of a recording that is no loss: nothing could be shown of it.
var errEmpty = errors.New("no frame was recorded")

// toMP4 writes what an FLV file holds up to its last whole tag as MP4, with its index in
// front: a browser plays it while it comes. It returns the size in bytes. The file has its name only when it is
// on disk. Memory is taken for the index and not for the frames, so a recording may be larger than memory.
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

// read makes the index of a file. The frames stay in it: they are read when the MP4 is written.
func read(file io.ReaderAt) (*pmp4.Presentation, error) {
	video, audio, err := scan(file)
	if err != nil {
		return nil, err
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

// scan goes through an FLV file, up to its end or to where its writer was killed: a tag that is cut off is
// left out.
func scan(file io.ReaderAt) (video, audio track, err error) {
	scanner, err := flv.NewScanner(file)
	if errors.Is(err, io.EOF) {
		return video, audio, errEmpty
	}
	if err != nil {
		return video, audio, err
	}
	for {
		entry, err := scanner.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, flv.ErrCut) {
			return video, audio, nil
		}
		if err != nil {
			return video, audio, err
		}
		one := &video
		if entry.Kind == flv.Audio {
			one = &audio
		}
		if err := one.add(file, entry); err != nil {
			return video, audio, err
		}
	}
}
