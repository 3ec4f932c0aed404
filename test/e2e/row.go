package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// The values of a row's type and status.
const (
	typeLive, typeRecorded        = 0, 1
	statusOffline, statusIsOnline = "0", "1"
)

// row is a pusherinfo: a room or a recording, in a list or alone.
type row struct {
	UserID    string
	GroupID   string
	Timestamp int
	Type      int
	Viewers   int
	Likes     int
	Title     string
	PlayURL   string
	FileID    string
	User      userInfo
	HLS       string
	Status    string
	Desc      string
}

// userInfo is the userinfo of a row.
type userInfo struct{ Nickname, HeadPic, FrontCover, Location string }

// parseRow reads a row and checks its fields: these and no others, each of its type.
func parseRow(v any) (row, error) {
	object, isObject := v.(map[string]any)
	if !isObject {
		return row{}, fmt.Errorf("a row is %T, want an object", v)
	}
	var r row
	strs := map[string]*string{
		"userid": &r.UserID, "groupid": &r.GroupID, "title": &r.Title, "playurl": &r.PlayURL,
		"fileid": &r.FileID, "hls_play_url": &r.HLS, "status": &r.Status, "desc": &r.Desc,
	}
	var forbidden int
	ints := map[string]*int{
		"timestamp": &r.Timestamp, "type": &r.Type, "viewercount": &r.Viewers, "likecount": &r.Likes,
		"forbid_status": &forbidden,
	}
	names := []string{"userinfo"}
	for name, into := range strs {
		names = append(names, name)
		if err := readString(object, name, into); err != nil {
			return row{}, fmt.Errorf("row %v: %w", object, err)
		}
	}
	for name, into := range ints {
		names = append(names, name)
		n, err := integer(object[name])
		if err != nil {
			return row{}, fmt.Errorf("row %v: %s: %w", object, name, err)
		}
		*into = n
	}
	if err := hasExactly(object, names...); err != nil {
		return row{}, fmt.Errorf("row %v: %w", object, err)
	}
	if err := readUserInfo(object["userinfo"], &r); err != nil {
		return row{}, fmt.Errorf("row %v: userinfo: %w", object, err)
	}
	if err := r.check(); err != nil {
		return row{}, fmt.Errorf("row %v: %w", object, err)
	}
	return r, nil
}

func readUserInfo(v any, r *row) error {
	object, isObject := v.(map[string]any)
	if !isObject {
		return fmt.Errorf("%T, want an object", v)
	}
	names := []string{"nickname", "headpic", "frontcover", "location"}
	for i, into := range []*string{&r.User.Nickname, &r.User.HeadPic, &r.User.FrontCover, &r.User.Location} {
		if err := readString(object, names[i], into); err != nil {
			return err
		}
	}
	if _, found := object["desc"]; found { // a fifth string is allowed
		names = append(names, "desc")
		var desc string
		if err := readString(object, "desc", &desc); err != nil {
			return err
		}
		if desc != r.Desc {
			return fmt.Errorf("desc %q, and %q in the row", desc, r.Desc)
		}
	}
	return hasExactly(object, names...)
}

func readString(object map[string]any, name string, into *string) error {
	text, isString := object[name].(string)
	if !isString {
		return fmt.Errorf("%s is %T, want a string", name, object[name])
	}
	*into = text
	return nil
}

// check looks at what holds for every row.
func (r row) check() error {
	if r.UserID == "" || r.Title == "" || r.Timestamp <= 0 {
		return fmt.Errorf("no userid, title or timestamp")
	}
	if r.Viewers < 0 || r.Likes < 0 {
		return fmt.Errorf("a count below zero")
	}
	if r.Status != statusOffline && r.Status != statusIsOnline {
		return fmt.Errorf("status %q", r.Status)
	}
	switch r.Type {
	case typeLive:
		return r.checkLive()
	case typeRecorded:
		if r.GroupID != "" || r.Status != statusOffline || r.FileID == "" || r.PlayURL == "" {
			return fmt.Errorf("a recording has no groupid, status 0, a fileid and a playurl")
		}
		return nil
	}
	return fmt.Errorf("type %d", r.Type)
}

func (r row) checkLive() error {
	if r.GroupID == "" || r.FileID != "" {
		return fmt.Errorf("a room has a groupid and no fileid")
	}
	play, err := url.Parse(r.PlayURL)
	if err != nil {
		return fmt.Errorf("playurl: %w", err)
	}
	if !strings.HasPrefix(play.Path, "/live/") || !strings.Contains(play.Path, ".flv") {
		return fmt.Errorf("playurl %s has no .flv under /live/", r.PlayURL)
	}
	hls, err := url.Parse(r.HLS)
	if err != nil {
		return fmt.Errorf("hls_play_url: %w", err)
	}
	if !strings.HasSuffix(hls.Path, ".m3u8") {
		return fmt.Errorf("the path of hls_play_url %s does not end in .m3u8", r.HLS)
	}
	return nil
}

// lasting is the row without its play URLs, which are signed anew at any time.
func (r row) lasting() row {
	r.PlayURL, r.HLS = "", ""
	return r
}

// page is one page of FetchList.
type page struct {
	Total int
	Rows  []row
}

func parsePage(r reply) (page, error) {
	if err := hasExactly(r.Data, "totalcount", "pusherlist"); err != nil {
		return page{}, err
	}
	total, err := integer(r.Data["totalcount"])
	if err != nil {
		return page{}, fmt.Errorf("totalcount: %w", err)
	}
	list, isList := r.Data["pusherlist"].([]any)
	if !isList {
		return page{}, fmt.Errorf("pusherlist is %T, want an array", r.Data["pusherlist"])
	}
	p := page{Total: total}
	for _, v := range list {
		row, err := parseRow(v)
		if err != nil {
			return page{}, err
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

// number writes text as a JSON number.
func number(text string) json.Number { return json.Number(text) }
