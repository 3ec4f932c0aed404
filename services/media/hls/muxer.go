package hls

import (
	"github.com/bluenviron/gohlslib/v2"
	"github.com/bluenviron/gohlslib/v2/pkg/codecs"

	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/params"
)

// begin starts a muxer for the tracks there are. What cannot be made into HLS is no error of the
// push: it is still played as FLV.
func (o *Output) begin(video, audio *flv.Tag) error {
	muxer := &gohlslib.Muxer{
		Variant:        gohlslib.MuxerVariantMPEGTS, // what released clients play
		SegmentMaxSize: o.options.SegmentBytes,
		OnEncodeError:  func(err error) { o.options.Log.Debug("hls", "stream", o.stream, "err", err) },
	}
	if video != nil {
		if err := o.addVideo(muxer, video); err != nil {
			return err
		}
	}
	if audio != nil {
		if err := o.addAudio(muxer, audio); err != nil {
			return err
		}
	}
	if err := muxer.Start(); err != nil {
		return err
	}
	o.muxer = muxer
	return nil
}

// addVideo adds the track of a configuration. H.265 changes the form of all segments: MPEG-TS, which every
// released client plays, is made of H.264 alone.
func (o *Output) addVideo(muxer *gohlslib.Muxer, video *flv.Tag) error {
	sets, err := params.Video(video)
	if err != nil {
		return err
	}
	o.sets = sets
	o.video = &gohlslib.Track{ClockRate: videoClock}
	if video.Codec == flv.H265 {
		muxer.Variant = gohlslib.MuxerVariantFMP4 // the other form has none of it
		o.video.Codec = &codecs.H265{VPS: sets[0], SPS: sets[1], PPS: sets[2]}
	} else {
		o.video.Codec = &codecs.H264{SPS: sets[0], PPS: sets[1]}
	}
	muxer.Tracks = append(muxer.Tracks, o.video)
	return nil
}

// addAudio adds the track of a configuration, whose clock counts samples.
func (o *Output) addAudio(muxer *gohlslib.Muxer, audio *flv.Tag) error {
	config, err := params.Audio(audio)
	if err != nil {
		return err
	}
	o.clock = int64(config.SampleRate)
	o.audio = &gohlslib.Track{Codec: &codecs.MPEG4Audio{Config: config}, ClockRate: config.SampleRate}
	muxer.Tracks = append(muxer.Tracks, o.audio)
	return nil
}
