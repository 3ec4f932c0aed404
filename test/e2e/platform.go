package e2e

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
	eventInterrupt = 0
	eventPush      = 1
	eventRecording = 100
)

// platform is the live platform: it sees the streams and tells the server about them.
type platform struct {
	c    *client
	path string
}

func newPlatform(c *client) *platform { return &platform{c: c, path: eventPath} }

// signed adds the signature that is good until t.
func (p *platform) signed(event fields, t time.Time) fields {
	seconds := t.Unix()
	key := p.c.server.Setting("XZB_CALLBACK_KEY")
	if key == "" {
		return event
	}
	return event.with("t", seconds).with("sign", hexMD5(key, strconv.FormatInt(seconds, 10)))
}

// post sends a body as it is.
func (p *platform) post(body []byte) (response, error) {
	header := http.Header{"Content-Type": {"application/json"}}
	return p.c.exchange(http.MethodPost, p.path, header, bytes.NewReader(body))
}

// answers sends a body as it is and demands this HTTP status.
func (p *platform) answers(status int, body []byte) response {
	p.c.t.Helper()
	res, err := p.post(body)
	if err != nil {
		p.c.t.Fatalf("event %s: %v", body, err)
	}
	if res.Status != status {
		p.c.t.Errorf("event %.300q: got status %d (%s), want %d", body, res.Status, res.Body, status)
	}
	return res
}

// send sends an event, signed, that the server has to accept.
func (p *platform) send(event fields) {
	p.c.t.Helper()
	p.accepted(encodeJSON(p.signed(event, time.Now().Add(10*time.Minute))))
}

// accepted sends a body that has to be answered with {"code":0}.
func (p *platform) accepted(body []byte) {
	p.c.t.Helper()
	res := p.answers(http.StatusOK, body)
	if got := strings.TrimSpace(string(res.Body)); got != `{"code":0}` {
		p.c.t.Errorf("event %.300q: answered %q, want {\"code\":0}", body, got)
	}
}

func streamEvent(eventType int, stream, sequence string, at time.Time) fields {
	return fields{
		"event_type": eventType, "stream_id": stream, "channel_id": stream, "sequence": sequence,
		"event_time": at.Unix(), "app": "8888.livepush.myqcloud.com", "appname": "live", "appid": 1250000000,
		"errcode": 0, "errmsg": "ok", "node": "10.0.0.1", "user_ip": "10.0.0.2", "stream_param": "bizid=8888",
	}
}

// push tells that a client began to push the stream, under a sequence of its own.
func (p *platform) push(stream, sequence string, at time.Time) {
	p.c.t.Helper()
	p.send(streamEvent(eventPush, stream, sequence, at))
}

// interrupt tells that the client that pushed under this sequence stopped.
func (p *platform) interrupt(stream, sequence string, at time.Time) {
	p.c.t.Helper()
	p.send(streamEvent(eventInterrupt, stream, sequence, at))
}

// recording is one file the platform recorded.
type recording struct {
	Stream     string
	FileID     string
	URL        string
	Format     string
	Start, End time.Time
}

// newRecording is a two-minute recording in one format that begins now.
func newRecording(stream, format string) recording {
	return recordingFrom(stream, format, time.Now(), 2*time.Minute)
}

func recordingFrom(stream, format string, start time.Time, duration time.Duration) recording {
	fileID := newID("file")
	suffix := map[string]string{"flv": "flv", "hls": "m3u8", "mp4": "mp4"}[strings.ToLower(format)]
	return recording{
		Stream: stream, FileID: fileID, Format: format,
		URL:   "http://vod.example/" + fileID + "/f0." + suffix,
		Start: start, End: start.Add(duration),
	}
}

// as is the same recording in another format: another file.
func (r recording) as(format string) recording {
	return recordingFrom(r.Stream, format, r.Start, r.End.Sub(r.Start))
}

// moved is the recording with its start and end moved.
func (r recording) moved(start, end time.Duration) recording {
	r.Start, r.End = r.Start.Add(start), r.End.Add(end)
	return r
}

func (r recording) fields() fields {
	start, end := r.Start.Unix(), r.End.Unix()
	return fields{
		"event_type": eventRecording, "stream_id": r.Stream, "channel_id": r.Stream, "appid": 1250000000,
		"file_id": r.FileID, "video_url": r.URL, "file_format": r.Format, "file_size": 1 << 20,
		"start_time": start, "end_time": end, "duration": end - start, "stream_param": "bizid=8888",
	}
}

func (p *platform) recorded(recordings ...recording) {
	p.c.t.Helper()
	for _, r := range recordings {
		p.send(r.fields())
	}
}
