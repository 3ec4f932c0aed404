// Package hls makes playlists and segments of what is pushed. Output is one push in HLS, and
// Streams finds it for those who ask. Segments are in memory and gone with their push; keeping
// a broadcast is what package record does.
package hls

import (
	"log/slog"
	"sync"
	"time"

	"github.com/bluenviron/gohlslib/v2"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"xiaozhibo.dev/services/media/flv"
)

const (
	videoClock  = 90_000 // units of a second, which MPEG-TS counts time in
	maxFailures = 5      // after which a push is not made into HLS any more
)

// Options of all streams.
type Options struct {
	SegmentBytes uint64 // of one segment at most; there are eight of each stream
	Log          *slog.Logger
}

// Output makes the segments of one push. It is a live.Output: its pusher's goroutine writes, while those of players ask
// for the muxer, so the lock is held for each frame.
type Output struct {
	options Options
	stream  string
	sets    [][]byte // before each key frame: a player may begin with any segment
	failed  int      // frames that the muxer has refused

	mu           sync.Mutex
	muxer        *gohlslib.Muxer // nil: there is none
	video, audio *gohlslib.Track // nil: the push has none
	clock        int64           // of audio, in units of a second
}

// NewOutput returns one for a push of the stream.
func NewOutput(stream string, options Options) *Output {
	return &Output{options: options, stream: stream}
}

// Begin takes the configurations; either may be nil.
func (o *Output) Begin(video, audio *flv.Tag) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.begin(video, audio); err != nil {
		o.options.Log.Warn("a stream is not made into HLS", "stream", o.stream, "err", err)
	}
}

// Write takes a tag. Configurations are left out: Begin has had those of the tracks, and the muxer is not told of
// others that come later.
func (o *Output) Write(tag *flv.Tag) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.muxer == nil || tag.Config {
		return
	}
	if err := o.write(tag); err != nil {
		o.fail(err)
	}
}

// write takes a frame. Times are the pusher's, in the clocks of the tracks.
func (o *Output) write(tag *flv.Tag) error {
	switch {
	case tag.Kind == flv.Video && o.video != nil:
		units := o.units(tag)
		pts := (int64(tag.DTS) + int64(tag.CTS)) * videoClock / 1000
		if len(units) == 0 {
			return nil
		}
		if tag.Codec == flv.H265 {
			return o.muxer.WriteH265(o.video, time.Now(), pts, units)
		}
		return o.muxer.WriteH264(o.video, time.Now(), pts, units)
	case tag.Kind == flv.Audio && o.audio != nil:
		return o.muxer.WriteMPEG4Audio(o.audio, time.Now(), int64(tag.DTS)*o.clock/1000, [][]byte{tag.Data})
	default:
		return nil
	}
}

// units are those of a frame, behind what a decoder must know where it may begin. None are
// returned for a frame that cannot be read, which is left out.
func (o *Output) units(tag *flv.Tag) (units [][]byte) {
	var frame h264.AVCC // of H.265 too
	if frame.Unmarshal(tag.Data) != nil {
		return nil
	}
	if tag.Key {
		units = append(units, o.sets...)
	}
	for _, unit := range frame {
		if len(unit) > 0 {
			units = append(units, unit)
		}
	}
	return units
}

// fail gives a push that makes errors up.
func (o *Output) fail(err error) {
	o.failed++
	o.options.Log.Debug("a frame is not in the HLS segments", "stream", o.stream, "err", err)
	if o.failed == maxFailures {
		o.options.Log.Warn("a stream is not made into HLS any more", "stream", o.stream, "err", err)
		o.muxer.Close()
		o.muxer = nil
	}
}

// Close ends the playlists.
func (o *Output) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.muxer != nil {
		o.muxer.Close()
		o.muxer = nil
	}
}

// current is the muxer, nil if there is none yet or any more.
func (o *Output) current() *gohlslib.Muxer {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.muxer
}
