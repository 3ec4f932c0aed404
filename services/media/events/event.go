// Package events tells the gateway what the live platform tells it: a push began, it
// ended, a recording is there.
//
// Sender is its main type. An event is on disk before anything depends on it, is sent until it
// is answered, and those of one stream are sent in order. On purpose, for tests, it can be as
// unreliable as a platform is now and then: see Faults. It decides nothing about a session.
package events

import (
	"crypto/md5" // the live platform's choice
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// The types of events, in the platform's numbers.
const (
	Interrupted = 0
	Pushed      = 1
	Recorded    = 100
)

// signFor is how long an event is good, after it is sent. The gateway refuses one whose time has passed, so that what
// somebody has overheard cannot be sent again for ever.
const signFor = 10 * time.Minute

// Event is what happened to one stream. Its fields are those of the platform.
type Event struct {
	Type      int    `json:"event_type"`
	StreamID  string `json:"stream_id"`
	ChannelID string `json:"channel_id"` // the same
	App       string `json:"appname"`
	Sequence  string `json:"sequence,omitempty"`
	EventTime int64  `json:"event_time"` // Unix seconds
	UserIP    string `json:"user_ip,omitempty"`

	ErrCode      int    `json:"errcode"` // of an end: 1 the pusher closed it, 2 anything else
	ErrMsg       string `json:"errmsg,omitempty"`
	PushDuration string `json:"push_duration,omitempty"` // milliseconds

	FileID     string `json:"file_id,omitempty"`
	FileFormat string `json:"file_format,omitempty"`
	FileSize   int64  `json:"file_size,omitempty"`
	VideoURL   string `json:"video_url,omitempty"`
	StartTime  int64  `json:"start_time,omitempty"` // Unix seconds
	EndTime    int64  `json:"end_time,omitempty"`
	Duration   int64  `json:"duration,omitempty"` // seconds
}

// Name is the type in a word.
func (e Event) Name() string {
	switch e.Type {
	case Pushed:
		return "pushed"
	case Interrupted:
		return "interrupted"
	default:
		return "recorded"
	}
}

// signed is an event as it is sent: its signature is made anew each time.
type signed struct {
	Event
	T    int64  `json:"t"`
	Sign string `json:"sign,omitempty"`
}

// body is the JSON of the event. It is signed if there is a key, with a time that is good for
// a while after now: a later try has another signature.
func (e Event) body(key string, now time.Time) ([]byte, error) {
	out := signed{Event: e, T: now.Add(signFor).Unix()}
	out.ChannelID, out.App = e.StreamID, "live"
	if key != "" {
		sum := md5.Sum([]byte(key + strconv.FormatInt(out.T, 10)))
		out.Sign = hex.EncodeToString(sum[:])
	}
	return json.Marshal(out)
}
