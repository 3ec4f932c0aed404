package client

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// eventPath is where the live platform posts its events.
const eventPath = "/callback/Live_callback.php"

// The event types that have an effect.
const (
	EventInterrupt = 0
	EventPush      = 1
	EventRecording = 100
)

// Platform is the live platform: it sees the streams and tells the server about them.
type Platform struct {
	C    *Client
	Path string
}

func NewPlatform(c *Client) *Platform { return &Platform{C: c, Path: eventPath} }

// Signed adds the signature that is good until t.
func (p *Platform) Signed(event Fields, t time.Time) Fields {
	seconds := t.Unix()
	key := p.C.Server.Setting("XZB_CALLBACK_KEY")
	if key == "" {
		return event
	}
	return event.With("t", seconds).With("sign", HexMD5(key, strconv.FormatInt(seconds, 10)))
}

// Post sends a body as it is.
func (p *Platform) Post(body []byte) (Response, error) {
	header := http.Header{"Content-Type": {"application/json"}}
	return p.C.Exchange(http.MethodPost, p.Path, header, bytes.NewReader(body))
}

// Answers sends a body as it is and demands this HTTP status.
func (p *Platform) Answers(status int, body []byte) Response {
	p.C.T.Helper()
	res, err := p.Post(body)
	if err != nil {
		p.C.T.Fatalf("event %s: %v", body, err)
	}
	if res.Status != status {
		p.C.T.Errorf("event %.300q: got status %d (%s), want %d", body, res.Status, res.Body, status)
	}
	return res
}

// Send sends an event, signed, that the server has to accept.
func (p *Platform) Send(event Fields) {
	p.C.T.Helper()
	p.Accepted(EncodeJSON(p.Signed(event, time.Now().Add(10*time.Minute))))
}

// Accepted sends a body that has to be answered with {"code":0}.
func (p *Platform) Accepted(body []byte) {
	p.C.T.Helper()
	res := p.Answers(http.StatusOK, body)
	if got := strings.TrimSpace(string(res.Body)); got != `{"code":0}` {
		p.C.T.Errorf("event %.300q: answered %q, want {\"code\":0}", body, got)
	}
}

func StreamEvent(eventType int, stream, sequence string, at time.Time) Fields {
	return Fields{
		"event_type": eventType, "stream_id": stream, "channel_id": stream, "sequence": sequence,
		"event_time": at.Unix(), "app": "8888.livepush.myqcloud.com", "appname": "live", "appid": 1250000000,
		"errcode": 0, "errmsg": "ok", "node": "10.0.0.1", "user_ip": "10.0.0.2", "stream_param": "bizid=8888",
	}
}

// Push tells that a client began to push the stream, under a sequence of its own.
func (p *Platform) Push(stream, sequence string, at time.Time) {
	p.C.T.Helper()
	p.Send(StreamEvent(EventPush, stream, sequence, at))
}

// Interrupt tells that the client that pushed under this sequence stopped.
func (p *Platform) Interrupt(stream, sequence string, at time.Time) {
	p.C.T.Helper()
	p.Send(StreamEvent(EventInterrupt, stream, sequence, at))
}

// Recording is one file the platform recorded.
type Recording struct {
	Stream     string
	FileID     string
	URL        string
	Format     string
	Start, End time.Time
}

// NewRecording is a two-minute recording in one format that begins now.
func NewRecording(stream, format string) Recording {
	return RecordingFrom(stream, format, time.Now(), 2*time.Minute)
}

func RecordingFrom(stream, format string, start time.Time, duration time.Duration) Recording {
	fileID := NewID("file")
	suffix := map[string]string{"flv": "flv", "hls": "m3u8", "mp4": "mp4"}[strings.ToLower(format)]
	return Recording{
		Stream: stream, FileID: fileID, Format: format,
		URL:   "http://vod.example/" + fileID + "/f0." + suffix,
		Start: start, End: start.Add(duration),
	}
}

// As is the same recording in another format: another file.
func (r Recording) As(format string) Recording {
	return RecordingFrom(r.Stream, format, r.Start, r.End.Sub(r.Start))
}

// Moved is the recording with its start and end moved.
func (r Recording) Moved(start, end time.Duration) Recording {
	r.Start, r.End = r.Start.Add(start), r.End.Add(end)
	return r
}

func (r Recording) Fields() Fields {
	start, end := r.Start.Unix(), r.End.Unix()
	return Fields{
		"event_type": EventRecording, "stream_id": r.Stream, "channel_id": r.Stream, "appid": 1250000000,
		"file_id": r.FileID, "video_url": r.URL, "file_format": r.Format, "file_size": 1 << 20,
		"start_time": start, "end_time": end, "duration": end - start, "stream_param": "bizid=8888",
	}
}

func (p *Platform) Recorded(recordings ...Recording) {
	p.C.T.Helper()
	for _, r := range recordings {
		p.Send(r.Fields())
	}
}
