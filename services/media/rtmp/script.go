package rtmp

import (
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/message"

	"xiaozhibo.dev/services/media/flv"
)

// script passes on what a pusher tells of its stream.
func script(m *message.DataAMF0) *flv.Tag {
	told := announced(m)
	if told == nil {
		return nil
	}
	data, err := amf0.Data{"onMetaData", told}.Marshal()
	if err != nil {
		return nil
	}
	return flv.ScriptTag(data)
}

// announced is what onMetaData tells, nil for another message.
func announced(m *message.DataAMF0) any {
	told := m.Payload
	if len(told) > 0 && told[0] == "@setDataFrame" {
		told = told[1:]
	}
	if len(told) < 2 || told[0] != "onMetaData" {
		return nil
	}
	switch told[1].(type) {
	case amf0.Object, amf0.ECMAArray:
		return told[1]
	default:
		return nil
	}
}

// tracks is what onMetaData announces.
func tracks(m *message.DataAMF0) (video, audio, says bool) {
	var object amf0.Object
	switch told := announced(m).(type) {
	case amf0.Object:
		object = told
	case amf0.ECMAArray:
		object = amf0.Object(told)
	default:
		return false, false, false
	}
	video, audio = present(object, "videocodecid"), present(object, "audiocodecid")
	return video, audio, video || audio
}

// present takes a codec of 0 and "" for none: encoders announce a track that they do not send in this way.
func present(object amf0.Object, key string) bool {
	value, found := object.Get(key)
	return found && value != float64(0) && value != "" && value != nil
}
