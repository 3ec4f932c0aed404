package event

import (
	"strings"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/streams"
)

// event is what we read of an event. Usable: its type is known and its fields are of the right
// kind. The platform sends many fields more. None of them is read, so a new one changes nothing.
type event struct {
	sign      string
	t         int64
	eventType int64
	usable    bool
	sequence  string
	at        int64 // 0: not sent
	file      streams.File
}

// read takes from a callback what its type needs. It never fails: an event that cannot be
// used is answered with 200 like others, as the platform would only send it again.
func read(fields *envelope.Fields) event {
	e := event{
		sign:      fields.Loose("sign"),
		t:         fields.LooseInt("t", -1),
		eventType: fields.LooseInt("event_type", -1),
		sequence:  fields.Loose("sequence"),
		at:        max(0, fields.LooseInt("event_time", 0)),
		file: streams.File{
			StreamID: fields.Loose("stream_id"),
			FileID:   fields.Loose("file_id"),
			URL:      fields.Loose("video_url"),
			Format:   streams.Format(strings.ToLower(fields.Loose("file_format"))),
			Start:    fields.LooseInt("start_time", 0),
			End:      fields.LooseInt("end_time", 0),
			Duration: max(0, fields.LooseInt("duration", 0)),
		},
	}
	if e.file.FileID == "" { // older events
		e.file.FileID = fields.Loose("video_id")
	}
	switch e.eventType {
	case typeInterrupted, typePushed:
		e.usable = e.file.StreamID != ""
	case typeRecorded:
		e.usable = e.file.StreamID != "" && envelope.ValidID(e.file.FileID) && len(e.file.URL) <= envelope.MaxURL
	}
	return e
}

// typeName is the type as a label of metrics: one of a fixed set of names.
func (e event) typeName() string {
	switch e.eventType {
	case typeInterrupted:
		return "interrupted"
	case typePushed:
		return "pushed"
	case typeRecorded:
		return "recorded"
	default:
		return "other"
	}
}
