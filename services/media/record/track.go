package record

import (
	"fmt"
	"io"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/pmp4"

	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/params"
)

const (
	videoScale = 90_000 // units of a second, as MPEG has them for video; audio counts in samples
	maxGap     = 10_000 // milliseconds between two frames; a longer one is the pusher's clock
)

// track is the frames of one kind, by their places in the file: the frames themselves are read
// when the MP4 is written.
type track struct {
	codec  codecs.Codec // nil: no configuration came
	scale  uint32
	frames []flv.Entry
	times  []int64 // milliseconds, never going back
}

// add takes a frame. A pusher's clock may jump or go round: a step that is impossible counts as
// none, so that one bad time does not tear a hole into the recording.
func (t *track) add(file io.ReaderAt, entry flv.Entry) error {
	if entry.Config {
		return t.configure(file, entry)
	}
	if entry.Kind == flv.Video && len(t.frames) == 0 && !entry.Key || entry.Size == 0 {
		return nil // nothing could be shown of it
	}
	at := int64(entry.DTS)
	if n := len(t.frames); n > 0 {
		step := int64(int32(entry.DTS - t.frames[n-1].DTS))
		if step < 0 || step > maxGap {
			step = 0
		}
		at = t.times[n-1] + step
	}
	t.frames, t.times = append(t.frames, entry), append(t.times, at)
	return nil
}

// configure takes a configuration. A recording has one of each track, as another begins another
// file, see recorder.learn.
func (t *track) configure(file io.ReaderAt, entry flv.Entry) error {
	tag := &flv.Tag{Kind: entry.Kind, Codec: entry.Codec, Data: make([]byte, entry.Size)}
	if _, err := file.ReadAt(tag.Data, entry.Offset); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if entry.Kind == flv.Audio {
		config, err := params.Audio(tag)
		t.codec, t.scale = &codecs.MPEG4Audio{Config: config}, uint32(max(0, config.SampleRate))
		return err
	}
	sets, err := params.Video(tag)
	if err != nil {
		return err
	}
	t.scale = videoScale
	if entry.Codec == flv.H265 {
		t.codec = &codecs.H265{VPS: sets[0], SPS: sets[1], PPS: sets[2]}
	} else {
		t.codec = &codecs.H264{SPS: sets[0], PPS: sets[1]}
	}
	return nil
}

// start is when the first frame is decoded, far away if there is none.
func (t *track) start() int64 {
	if len(t.times) == 0 {
		return 1 << 40
	}
	return t.times[0]
}

// index makes the MP4 track. Times become those of the track's own scale one by one, so
// that what is rounded does not add up.
func (t *track) index(file io.ReaderAt, id int, first int64) *pmp4.Track {
	scaled := func(ms int64) int64 { return (ms - first) * int64(t.scale) / 1000 }
	out := &pmp4.Track{
		ID: id, TimeScale: t.scale, TimeOffset: int32(min(scaled(t.times[0]), 1<<30)), Codec: t.codec,
		Samples: make([]*pmp4.Sample, len(t.frames)),
	}
	var last uint32
	for i, frame := range t.frames {
		if i+1 < len(t.times) {
			last = uint32(scaled(t.times[i+1]) - scaled(t.times[i]))
		}
		out.Samples[i] = &pmp4.Sample{
			Duration:        last,
			PTSOffset:       int32(int64(frame.CTS) * int64(t.scale) / 1000),
			IsNonSyncSample: frame.Kind == flv.Video && !frame.Key,
			PayloadSize:     uint32(frame.Size),
			GetPayload: func() ([]byte, error) {
				data := make([]byte, frame.Size)
				_, err := file.ReadAt(data, frame.Offset)
				return data, err
			},
		}
	}
	return out
}
