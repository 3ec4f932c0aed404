package model

import (
	"encoding/json"
	"fmt"
	"strings"
)

// row is a published pusherinfo.
type row struct {
	UserID      string `json:"userid"`
	GroupID     string `json:"groupid"`
	Timestamp   int64  `json:"timestamp"`
	Type        int    `json:"type"`
	ViewerCount int    `json:"viewercount"`
	LikeCount   int64  `json:"likecount"`
	Title       string `json:"title"`
	PlayURL     string `json:"playurl"`
	HLSPlayURL  string `json:"hls_play_url"`
	FileID      string `json:"fileid"`
	Status      string `json:"status"`
	UserInfo    struct {
		Nickname   string `json:"nickname"`
		HeadPic    string `json:"headpic"`
		FrontCover string `json:"frontcover"`
		Location   string `json:"location"`
		Desc       string `json:"desc"`
	} `json:"userinfo"`
}

func (r row) profile() Profile {
	u := r.UserInfo
	return Profile{Nickname: u.Nickname, HeadPic: u.HeadPic, FrontCover: u.FrontCover, Location: u.Location, Desc: u.Desc}
}

// shows reports whether a row is that of the anchor at that time, likes and
// viewers aside.
func (r row) shows(a *anchor, at int64) bool {
	status := "0"
	if a.listed(at) {
		status = "1"
	}
	return r.UserID == a.user && r.GroupID == a.group && r.Timestamp == a.timestamp && r.Type == 0 && r.Title == a.title &&
		r.FileID == "" && r.Status == status && r.profile() == a.profile && strings.Contains(r.PlayURL, "/live/"+a.streamID+".flv")
}

// showsRecording is shows for a recording.
func (r row) showsRecording(rec *recording) bool {
	return r.UserID == rec.user && r.GroupID == "" && r.Timestamp == rec.start && r.Type == 1 && r.FileID == rec.files[0] &&
		r.Status == "0" && r.PlayURL == rec.playURL() && r.HLSPlayURL == rec.hls && rec.named.settle(text{r.Title, r.profile()})
}

// judgeNumbers checks likes and viewers of a row that belongs to key.
func (m *Model) judgeNumbers(r *Request, got row, key roomKey) {
	ids := append(r.ids(), got.UserID, got.GroupID, got.FileID)
	least, most := m.likesOf(r, got.UserID, key)
	if got.LikeCount < least || got.LikeCount > most {
		if got.LikeCount != 0 || !m.degraded(r, "counter", key) && !m.replaced(r, key) {
			m.Fail(Likes, ids, "%s shows %d likes of %q, not from %d to %d", r, got.LikeCount, got.UserID, least, most)
		}
	}
	if !m.someCrowd(r, key, func(members []member) bool { return len(members) == got.ViewerCount }) {
		if got.ViewerCount != 0 || !m.degraded(r, "room", key) && !m.replaced(r, key) {
			m.Fail(Viewers, ids, "%s shows %d viewers of %q, which there never were meanwhile", r, got.ViewerCount, got.UserID)
		}
	}
}

// replaced reports whether a session was replaced before r was answered: its
// likes and members are gone, even for one who has read the room before.
func (m *Model) replaced(r *Request, key roomKey) bool {
	for _, s := range m.sessions[key.owner] {
		if s.number > key.session && s.seq <= r.ended {
			return true
		}
	}
	return false
}

// judgeUserInfo checks one row.
func (m *Model) judgeUserInfo(r *Request, data []byte) {
	var got row
	if err := json.Unmarshal(data, &got); err != nil {
		m.Fail(Answers, r.ids(), "%s was answered %s", r, data)
		return
	}
	var key roomKey
	if !m.some(r, func(c *catalogue, at int64) bool {
		if r.Flag == 1 {
			rec := c.recording(r.Anchor, r.FileID)
			if rec == nil || !got.showsRecording(rec) {
				return false
			}
			key = roomKey{owner: rec.owner()}
			return true
		}
		a := c.known(r.Anchor, at)
		if a == nil || !got.shows(a, at) {
			return false
		}
		key = roomKey{a.user, a.session}
		return true
	}) {
		m.Fail(Rooms, r.ids(), "%s was answered %s; last known: %s", r, data, m.latest().describe(r.Anchor, r.FileID, m.ms()))
		return
	}
	m.judgeNumbers(r, got, key)
}

// The lists that flag names in FetchList.
const (
	listLive     = 1
	listRecorded = 2
)

// judgeList checks a page against the list of every moment.
func (m *Model) judgeList(r *Request, data []byte) {
	var reply struct {
		TotalCount int   `json:"totalcount"`
		PusherList []row `json:"pusherlist"`
	}
	if err := json.Unmarshal(data, &reply); err != nil || reply.PusherList == nil {
		m.Fail(Answers, r.ids(), "%s was answered %s", r, data)
		return
	}
	var keys []roomKey
	if !m.some(r, func(c *catalogue, at int64) bool {
		var right bool
		keys, right = m.matches(r, c, at, reply.TotalCount, reply.PusherList)
		return right
	}) {
		ids := r.ids()
		for _, one := range reply.PusherList {
			ids = append(ids, one.UserID, one.FileID)
		}
		m.Fail(Pages, ids, "%s was answered %s; last known: %s", r, data, m.latest().describeLists(m.ms(), m.settings.RecordingWindow.Milliseconds()))
		return
	}
	for i, one := range reply.PusherList {
		m.judgeNumbers(r, one, keys[i])
	}
}

// matches reports whether a page is that of the lists at one moment, and what
// its rows are of.
func (m *Model) matches(r *Request, c *catalogue, at int64, total int, rows []row) (keys []roomKey, right bool) {
	var all []any
	if r.Flag != listRecorded {
		for _, a := range c.live(at) {
			all = append(all, a)
		}
	}
	if r.Flag != listLive {
		for _, rec := range c.recorded(at, m.settings.RecordingWindow.Milliseconds()) {
			all = append(all, rec)
		}
	}
	want := page(all, r)
	if total != len(all) || len(rows) != len(want) {
		return nil, false
	}
	for i, one := range want {
		switch one := one.(type) {
		case *anchor:
			if !rows[i].shows(one, at) {
				return nil, false
			}
			keys = append(keys, roomKey{one.user, one.session})
		case *recording:
			if !rows[i].showsRecording(one) {
				return nil, false
			}
			keys = append(keys, roomKey{owner: one.owner()})
		}
	}
	return keys, true
}

func (c *catalogue) describe(user, fileID string, at int64) string {
	if fileID != "" {
		if rec := c.recording(user, fileID); rec != nil {
			return fmt.Sprintf("files %q, %d to %d, texts %v, play %s", rec.files, rec.start, rec.end, rec.named.candidates, rec.playURL())
		}
		return "no such recording"
	}
	if a := c.anchor(user); a != nil {
		return fmt.Sprintf("group %q, title %q, timestamp %d, listed %t", a.group, a.title, a.timestamp, a.listed(at))
	}
	return "no such room"
}

func (c *catalogue) describeLists(at, window int64) string {
	var all []string
	for _, a := range c.live(at) {
		all = append(all, fmt.Sprintf("%q (%d, %s)", a.user, a.timestamp, a.title))
	}
	for _, rec := range c.recorded(at, window) {
		all = append(all, fmt.Sprintf("%q (%d)", rec.files, rec.start))
	}
	return strings.Join(all, ", ")
}
