package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// The types of webhooks.
const (
	sessionBegan   = "session.began"
	sessionEnded   = "session.ended"
	recordingReady = "recording.ready"
)

// Numbers are those of a session that has ended.
type Numbers struct {
	PeakViewers  int   `json:"peakviewers"`
	TotalViewers int64 `json:"totalviewers"`
	Likes        int64 `json:"likecount"`
}

// message is the body of a webhook.
type message struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"` // RFC 3339, UTC
	Data      any    `json:"data"`
}

// Times in data are Unix seconds, as in the Actions. began is the data of sessionBegan.
type began struct {
	User     string   `json:"userid"`
	Session  int64    `json:"session"`
	Group    string   `json:"groupid"`
	Title    string   `json:"title"`
	StreamID string   `json:"stream_id"`
	Begin    int64    `json:"begin"`
	Resumed  bool     `json:"resumed"` // it had ended before
	UserInfo userInfo `json:"userinfo"`
}

// ended is the data of sessionEnded. Begin is 0 for a session that was never online.
type ended struct {
	User    string         `json:"userid"`
	Session int64          `json:"session"`
	Group   string         `json:"groupid"`
	Title   string         `json:"title"`
	Begin   int64          `json:"begin"`
	End     int64          `json:"end"`
	Reason  streams.Reason `json:"reason"`
	Numbers
	Recordings int `json:"recordings"`
}

// ready is the data of recordingReady. A URL that there is not is "".
type ready struct {
	User     string   `json:"userid"`
	FileID   string   `json:"fileid"`
	Title    string   `json:"title"`
	Begin    int64    `json:"begin"`
	End      int64    `json:"end"`
	FLV      string   `json:"flv_url"`
	HLS      string   `json:"hls_url"`
	MP4      string   `json:"mp4_url"`
	Again    bool     `json:"again"` // it was ready before, and has another URL now
	UserInfo userInfo `json:"userinfo"`
}

// userInfo has the names of the Actions.
type userInfo struct {
	Nickname   string `json:"nickname"`
	HeadPic    string `json:"headpic"`
	FrontCover string `json:"frontcover"`
	Location   string `json:"location"`
	Desc       string `json:"desc"`
}

// infoOf names the fields of a profile as the Actions do.
func infoOf(p streams.Profile) userInfo {
	return userInfo{Nickname: p.Nickname, HeadPic: p.HeadPic, FrontCover: p.FrontCover, Location: p.Location, Desc: p.Desc}
}

// typeOf returns the type of the webhook that a change becomes, "" if it becomes none.
func typeOf(change *streams.Change) string {
	switch {
	case change.Kind == streams.SessionListed && change.Row != nil:
		return sessionBegan
	case change.Kind == streams.SessionLeft:
		return sessionEnded
	case change.Kind == streams.RecordingListed && change.Recording != nil:
		return recordingReady
	default:
		return ""
	}
}

// order is what webhooks are in order within. Those of different orders may overtake each other.
type order struct {
	user    string
	session int64
	fileID  string
}

// orderOf names what webhooks are in order within: a session, or a recording.
func orderOf(change *streams.Change) order {
	return order{user: change.User, session: change.Session, fileID: change.FileID}
}

// idOf is the same however often, and by whichever copy, the change is sent. It does not
// repeat where a log begins anew with the same numbers.
func idOf(change *streams.Change) string {
	// The zero bytes keep the parts apart: no user and file id, put together, equal another pair.
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%d\x00%s\x00%s\x00%d\x00%s",
		change.Number, change.At, change.Kind, change.User, change.Session, change.FileID))
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

// body makes the body. The error is that of the services that know the numbers.
func (s *Sender) body(ctx context.Context, change *streams.Change) ([]byte, error) {
	m := message{Type: typeOf(change), Timestamp: time.UnixMilli(change.At).UTC().Format(time.RFC3339Nano)}
	switch m.Type {
	case sessionBegan:
		row := change.Row
		m.Data = began{User: row.User, Session: row.Number, Group: row.Group, Title: row.Title, StreamID: row.StreamID, Begin: row.Timestamp, Resumed: !change.New, UserInfo: infoOf(row.Profile)}
	case sessionEnded:
		data := ended{User: change.User, Session: change.Session, End: change.At / 1000, Reason: change.Reason}
		if summary := change.Summary; summary != nil {
			data.Group, data.Title, data.Recordings = summary.Group, summary.Title, summary.Recordings
			data.Begin, data.End = summary.Began/1000, summary.Ended/1000
		}
		var err error
		if data.Numbers, err = s.options.Numbers(ctx, change.User, change.Session); err != nil {
			return nil, err
		}
		m.Data = data
	case recordingReady:
		r := change.Recording
		m.Data = ready{User: r.User, FileID: r.FileID, Title: r.Title, Begin: r.Start, End: r.End, FLV: r.FLV, HLS: r.HLS, MP4: r.MP4, Again: !change.New, UserInfo: infoOf(r.Profile)}
	}
	return json.Marshal(m)
}
