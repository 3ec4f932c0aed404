package model

import (
	"encoding/json"
	"fmt"
	"strings"
)

// judgeAddress checks a push URL, and that the session it is for was opened.
func (m *Model) judgeAddress(r *Request, data []byte) {
	var reply struct {
		PushURL   string `json:"pushurl"`
		Timestamp int64  `json:"timestamp"`
	}
	err := json.Unmarshal(data, &reply)
	id := StreamID(reply.PushURL)
	if err != nil || !strings.HasPrefix(id, m.settings.BizID+"_") {
		m.Fail(Answers, r.ids(), "%s was answered %s", r, data)
		return
	}
	if owner, known := m.streams[id]; !known || owner != r.User {
		m.Fail(StreamIDs, r.ids(), "%s was answered the stream id %q, which is that of %q", r, id, owner)
	}
	if !m.some(r, func(c *catalogue, _ int64) bool {
		a := c.anchor(r.User)
		return a != nil && a.title == r.Title && a.timestamp == reply.Timestamp && a.group == r.Group
	}) {
		m.Fail(Kept, r.ids(), "%s was acknowledged with timestamp %d, but no such session was opened", r, reply.Timestamp)
	}
}

// StreamID is what clients take for the stream id of a push URL.
func StreamID(pushURL string) string {
	_, rest, _ := strings.Cut(pushURL, "/live/")
	if end := strings.IndexAny(rest, "?."); end >= 0 {
		rest = rest[:end]
	}
	return strings.ToLower(rest)
}

// judgeStatus: after ChangeStatus the room is as it was said.
func (m *Model) judgeStatus(r *Request) {
	if !m.some(r, func(c *catalogue, at int64) bool {
		a := c.anchor(r.User)
		return a != nil && a.listed(at) == r.Online
	}) {
		m.Fail(Kept, r.ids(), "%s was acknowledged, but the room never was", r)
	}
}

// String tells a request as a reader of the story wants it.
func (r *Request) String() string {
	switch r.Action {
	case RequestLVBAddr:
		return fmt.Sprintf("%s of %q (group %s, title %s)", r.Action, r.User, r.Group, r.Title)
	case ChangeStatus:
		return fmt.Sprintf("%s of %q (online %t)", r.Action, r.User, r.Online)
	case ChangeCount:
		return fmt.Sprintf("%s by %q for %q (flag %d, file %q, %+d)", r.Action, r.User, r.Anchor, r.Flag, r.FileID, r.Delta)
	case EnterGroup, QuitGroup:
		return fmt.Sprintf("%s by %q of %q (flag %d, group %s%s)", r.Action, r.User, r.Anchor, r.Flag, r.Group, as(r.Nickname))
	case FetchList:
		return fmt.Sprintf("%s by %q (flag %d, page %d of %d)", r.Action, r.User, r.Flag, r.PageNo, r.PageSize)
	case FetchGroupMemberList:
		return fmt.Sprintf("%s by %q of %q (group %s, page %d of %d)", r.Action, r.User, r.Anchor, r.Group, r.PageNo, r.PageSize)
	case GetUserInfo:
		return fmt.Sprintf("%s by %q of %q (type %d, file %q)", r.Action, r.User, r.Anchor, r.Flag, r.FileID)
	case Event:
		return fmt.Sprintf("event %v", r.Event)
	default:
		return fmt.Sprintf("%s by %q", r.Action, r.User)
	}
}

func as(nickname string) string {
	if nickname == "" {
		return ""
	}
	return ", as " + nickname
}
