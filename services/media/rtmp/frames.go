package rtmp

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/abema/go-mp4"
	"github.com/bluenviron/gortmplib/pkg/message"

	"xiaozhibo.dev/services/media/flv"
)

// Encoders send one of two forms: an older one, with numbers for codecs, and "enhanced RTMP", with four letters. Tags
// have the older one alone, so that players, playlists and recordings know nothing of the other.

// errCodec is what a pusher sends that no released client plays.
var errCodec = errors.New("only H.264 and H.265 with AAC are taken")

// tag makes of a message what players are sent. Nil is a message without any.
func tag(msg message.Message) (*flv.Tag, error) {
	switch m := msg.(type) {
	case *message.Video:
		return video(m)
	case *message.VideoExSequenceStart:
		return enhancedConfig(m)
	case *message.VideoExCodedFrames:
		return enhancedFrame(m.FourCC, m.DTS, m.PTSDelta, m.Payload)
	case *message.VideoExFramesX:
		return enhancedFrame(m.FourCC, m.DTS, 0, m.Payload)
	case *message.Audio:
		return audio(m)
	case *message.VideoExMultitrack, *message.AudioExMultitrack, *message.AudioExSequenceStart, *message.AudioExCodedFrames:
		return nil, errCodec
	case *message.DataAMF0:
		return script(m), nil
	default:
		return nil, nil //nolint:nilnil // most messages hold neither
	}
}

// video makes a tag of the older form, which names codecs by numbers.
func video(m *message.Video) (*flv.Tag, error) {
	codec := flv.Codec(m.Codec) // of the same numbers; the library takes no others
	switch m.Type {
	case message.VideoTypeConfig:
		if m.Codec == message.CodecH265 {
			return config(codec, m.DTS, m.HEVCConfig)
		}
		return avcConfig(m.DTS, m.AVCConfig)
	case message.VideoTypeAU:
		return flv.VideoTag(codec, false, m.IsKeyFrame, milliseconds(m.DTS), int32(m.PTSDelta/time.Millisecond), m.AU), nil
	default:
		return nil, nil //nolint:nilnil // the end of a sequence
	}
}

// enhancedConfig takes what newer encoders send in the older form, which all players know.
func enhancedConfig(m *message.VideoExSequenceStart) (*flv.Tag, error) {
	switch m.FourCC {
	case message.FourCCAVC:
		return avcConfig(0, m.AVCConfig)
	case message.FourCCHEVC:
		return config(flv.H265, 0, m.HEVCConfig)
	default:
		return nil, errCodec
	}
}

// enhancedFrame makes a tag of the newer form, which names codecs by four letters.
func enhancedFrame(fourCC message.FourCC, dts, later time.Duration, data []byte) (*flv.Tag, error) {
	switch fourCC {
	case message.FourCCAVC:
		return flv.VideoTag(flv.H264, false, keyFrame(flv.H264, data), milliseconds(dts), int32(later/time.Millisecond), data), nil
	case message.FourCCHEVC:
		return flv.VideoTag(flv.H265, false, keyFrame(flv.H265, data), milliseconds(dts), int32(later/time.Millisecond), data), nil
	default:
		return nil, errCodec
	}
}

// keyFrame looks for a unit that begins anew; the library drops the flag that says so.
func keyFrame(codec flv.Codec, data []byte) bool {
	for len(data) > 4 {
		size := int(data[0])<<24 | int(data[1])<<16 | int(data[2])<<8 | int(data[3])
		first := data[4]
		if codec == flv.H264 && first&0x1F == 5 {
			return true
		}
		if kind := first >> 1 & 0x3F; codec == flv.H265 && 16 <= kind && kind <= 21 {
			return true
		}
		if size < 0 || size > len(data)-4 {
			return false
		}
		data = data[4+size:]
	}
	return false
}

// avcConfig refuses what the rest of the server could not handle: it takes units of H.264 to
// stand behind lengths of four bytes.
func avcConfig(dts time.Duration, c *mp4.AVCDecoderConfiguration) (*flv.Tag, error) {
	switch {
	case len(c.SequenceParameterSets) == 0 || len(c.PictureParameterSets) == 0:
		return nil, errors.New("a configuration of H.264 without its parameters")
	case c.LengthSizeMinusOne != 3:
		return nil, fmt.Errorf("units of H.264 behind lengths of %d bytes", c.LengthSizeMinusOne+1)
	}
	return config(flv.H264, dts, c)
}

// config writes the record as a decoder is told it.
func config(codec flv.Codec, dts time.Duration, record mp4.IImmutableBox) (*flv.Tag, error) {
	var written bytes.Buffer
	if _, err := mp4.Marshal(&written, record, mp4.Context{}); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return flv.VideoTag(codec, true, true, milliseconds(dts), 0, written.Bytes()), nil
}

// audio makes a tag of AAC.
func audio(m *message.Audio) (*flv.Tag, error) {
	switch {
	case m.Codec != message.CodecMPEG4Audio:
		return nil, errCodec
	case m.AACType != message.AudioAACTypeConfig:
		return flv.AudioTag(false, milliseconds(m.DTS), m.AU), nil
	case m.AACConfig == nil:
		return nil, nil //nolint:nilnil // some encoders send an empty one first
	}
	data, err := m.AACConfig.Marshal()
	if err != nil {
		return nil, fmt.Errorf("configuration of AAC: %w", err)
	}
	return flv.AudioTag(true, milliseconds(m.DTS), data), nil
}

// milliseconds is a time as tags have it: it goes round after 49 days.
func milliseconds(d time.Duration) uint32 { return uint32(d / time.Millisecond) }
