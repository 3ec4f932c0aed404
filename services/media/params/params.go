// Package params reads what a decoder must know out of configuration tags. HLS and MP4 want
// it apart from frames, in forms of their own.
package params

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/abema/go-mp4"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"xiaozhibo.dev/services/media/flv"
)

// errMissing is the error of a configuration that was sent, but with which nobody could decode a frame.
var errMissing = errors.New("a configuration without its parameters")

// Video are the parameter sets of H.264 (SPS, PPS) or H.265 (VPS, SPS, PPS), in this order.
func Video(tag *flv.Tag) ([][]byte, error) {
	if tag.Codec == flv.H265 {
		return sets265(tag.Data)
	}
	return sets264(tag.Data)
}

// sets264 reads an avcC record. Of several sets the first counts.
func sets264(data []byte) ([][]byte, error) {
	var record mp4.AVCDecoderConfiguration
	record.SetType(mp4.BoxTypeAvcC())
	if _, err := mp4.Unmarshal(bytes.NewReader(data), uint64(len(data)), &record, mp4.Context{}); err != nil {
		return nil, fmt.Errorf("configuration of H.264: %w", err)
	}
	if len(record.SequenceParameterSets) == 0 || len(record.PictureParameterSets) == 0 {
		return nil, errMissing
	}
	return whole(record.SequenceParameterSets[0].NALUnit, record.PictureParameterSets[0].NALUnit)
}

// sets265 reads an hvcC record. Of several sets the last counts.
func sets265(data []byte) ([][]byte, error) {
	var record mp4.HvcC
	if _, err := mp4.Unmarshal(bytes.NewReader(data), uint64(len(data)), &record, mp4.Context{}); err != nil {
		return nil, fmt.Errorf("configuration of H.265: %w", err)
	}
	var found [3][]byte
	for _, array := range record.NaluArrays {
		for _, unit := range array.Nalus {
			switch h265.NALUType(array.NaluType) {
			case h265.NALUType_VPS_NUT:
				found[0] = unit.NALUnit
			case h265.NALUType_SPS_NUT:
				found[1] = unit.NALUnit
			case h265.NALUType_PPS_NUT:
				found[2] = unit.NALUnit
			}
		}
	}
	return whole(found[:]...)
}

// whole is errMissing if any set is empty: nobody could decode a frame.
func whole(sets ...[]byte) ([][]byte, error) {
	for _, set := range sets {
		if len(set) == 0 {
			return nil, errMissing
		}
	}
	return sets, nil
}

// Audio is the configuration of AAC.
func Audio(tag *flv.Tag) (config mpeg4audio.AudioSpecificConfig, err error) {
	if err = config.Unmarshal(tag.Data); err == nil && config.SampleRate <= 0 {
		err = errMissing
	}
	if err != nil {
		err = fmt.Errorf("configuration of AAC: %w", err)
	}
	return config, err
}
