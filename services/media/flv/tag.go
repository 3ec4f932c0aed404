// Package flv is the format of what flows through the media server: tags of FLV, each
// made once from what a pusher sent, and then handed to every player and recording as it
// is.
package flv

import "bytes"

// Kind is what a tag holds, as FLV numbers it.
type Kind byte

// The kinds of tags.
const (
	Audio  Kind = 8
	Video  Kind = 9
	Script Kind = 18
)

// Codec is how a tag is encoded, as FLV numbers it. H265 has no number there: 12 is the
// one that Chinese platforms and players agreed on.
type Codec byte

// The codecs that are taken.
const (
	H264 Codec = 7
	AAC  Codec = 10
	H265 Codec = 12
)

// Sizes in bytes. A tag is a header, a prefix that says what the data is, the data, and a trailer. The trailer repeats
// the size of all that stands before it, so that a file can be read backwards.
const (
	headerSize  = 11
	trailerSize = 4
	videoPrefix = 5 // codec, packet type, composition time
	audioPrefix = 2 // codec, packet type
)

// Tag is one frame, or what a decoder must know before the first. Nobody changes it once
// it is made, so many may hold it at once.
type Tag struct {
	Kind   Kind
	Codec  Codec  // of audio and video
	Config bool   // what a decoder must know before it is shown a frame
	Key    bool   // video that needs nothing that came before
	DTS    uint32 // when it is decoded, milliseconds; 49 days go round
	CTS    int32  // how much later it is shown, milliseconds
	Data   []byte // an access unit in AVCC form, a frame of AAC, or a configuration record; a part of bytes
	bytes  []byte // header, prefix, Data and trailer
}

// Bytes are the tag as it stands in a file, the size that follows it included. They must
// not be changed.
func (t *Tag) Bytes() []byte { return t.bytes }

// Same reports whether two tags say the same but for their time.
func (t *Tag) Same(other *Tag) bool {
	return other != nil && t.Kind == other.Kind && t.Codec == other.Codec && bytes.Equal(t.Data, other.Data)
}

// VideoTag makes a tag of video. The data is copied.
func VideoTag(codec Codec, config, key bool, dts uint32, cts int32, data []byte) *Tag {
	t := &Tag{Kind: Video, Codec: codec, Config: config, Key: key, DTS: dts, CTS: cts}
	body := t.make(videoPrefix, data)
	frame, packet := byte(2), byte(1)
	if key {
		frame = 1
	}
	if config {
		packet = 0
	}
	body[0], body[1] = frame<<4|byte(codec), packet
	body[2], body[3], body[4] = byte(cts>>16), byte(cts>>8), byte(cts)
	return t
}

// AudioTag makes a tag of AAC. The data is copied.
func AudioTag(config bool, dts uint32, data []byte) *Tag {
	t := &Tag{Kind: Audio, Codec: AAC, Config: config, DTS: dts}
	body := t.make(audioPrefix, data)
	body[0] = 0xAF // AAC; rate and channels are in its configuration
	if !config {
		body[1] = 1
	}
	return t
}

// ScriptTag makes a tag of data in AMF0, such as onMetaData. It is copied.
func ScriptTag(data []byte) *Tag {
	t := &Tag{Kind: Script}
	t.make(0, data)
	return t
}

// make lays the tag out and returns its body, which begins with prefix bytes to be filled.
func (t *Tag) make(prefix int, data []byte) []byte {
	size := prefix + len(data)
	t.bytes = make([]byte, headerSize+size+trailerSize)
	putHeader(t.bytes, t.Kind, size, t.DTS)
	body := t.bytes[headerSize : headerSize+size]
	copy(body[prefix:], data)
	t.Data = body[prefix:]
	putUint32(t.bytes[headerSize+size:], uint32(headerSize+size))
	return body
}

// putHeader writes a tag's header. FLV keeps the highest byte of a time behind the three others.
// The stream id, which follows, is always 0.
func putHeader(b []byte, kind Kind, size int, dts uint32) {
	b[0] = byte(kind)
	b[1], b[2], b[3] = byte(size>>16), byte(size>>8), byte(size)
	b[4], b[5], b[6], b[7] = byte(dts>>16), byte(dts>>8), byte(dts), byte(dts>>24)
}

// putUint32 is big endian, as all of FLV.
func putUint32(b []byte, n uint32) {
	b[0], b[1], b[2], b[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
}

// Header is how a file or an answer begins. Players wait for what it promises.
func Header(audio, video bool) []byte {
	header := []byte{'F', 'L', 'V', 1, 0, 0, 0, 0, 9, 0, 0, 0, 0}
	if audio {
		header[4] |= 4
	}
	if video {
		header[4] |= 1
	}
	return header
}
