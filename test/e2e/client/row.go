package client

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// The values of a row's type and status.
const (
	TypeLive, TypeRecorded        = 0, 1
	StatusOffline, StatusIsOnline = "0", "1"
)

// Row is a pusherinfo: a room or a recording, in a list or alone.
type Row struct {
	UserID    string
	GroupID   string
	Timestamp int
	Type      int
	Viewers   int
	Likes     int
	Title     string
	PlayURL   string
	FileID    string
	User      UserInfo
	HLS       string
	Status    string
	Desc      string
}

// UserInfo is the userinfo of a row.
type UserInfo struct{ Nickname, HeadPic, FrontCover, Location string }

// ParseRow reads a row and checks its fields: these and no others, each of its type.
func ParseRow(v any) (Row, error) {
	object, isObject := v.(map[string]any)
	if !isObject {
		return Row{}, fmt.Errorf("a row is %T, want an object", v)
	}
	var r Row
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
		if err := ReadString(object, name, into); err != nil {
			return Row{}, fmt.Errorf("row %v: %w", object, err)
		}
	}
	for name, into := range ints {
		names = append(names, name)
		n, err := integer(object[name])
		if err != nil {
			return Row{}, fmt.Errorf("row %v: %s: %w", object, name, err)
		}
		*into = n
	}
	if err := HasExactly(object, names...); err != nil {
		return Row{}, fmt.Errorf("row %v: %w", object, err)
	}
	if err := readUserInfo(object["userinfo"], &r); err != nil {
		return Row{}, fmt.Errorf("row %v: userinfo: %w", object, err)
	}
	if err := r.check(); err != nil {
		return Row{}, fmt.Errorf("row %v: %w", object, err)
	}
	return r, nil
}

func readUserInfo(v any, r *Row) error {
	object, isObject := v.(map[string]any)
	if !isObject {
		return fmt.Errorf("%T, want an object", v)
	}
	names := []string{"nickname", "headpic", "frontcover", "location"}
	for i, into := range []*string{&r.User.Nickname, &r.User.HeadPic, &r.User.FrontCover, &r.User.Location} {
		if err := ReadString(object, names[i], into); err != nil {
			return err
		}
	}
	if _, found := object["desc"]; found { // a fifth string is allowed
		names = append(names, "desc")
		var desc string
		if err := ReadString(object, "desc", &desc); err != nil {
			return err
		}
		if desc != r.Desc {
			return fmt.Errorf("desc %q, and %q in the row", desc, r.Desc)
		}
	}
	return HasExactly(object, names...)
}

func ReadString(object map[string]any, name string, into *string) error {
	text, isString := object[name].(string)
	if !isString {
		return fmt.Errorf("%s is %T, want a string", name, object[name])
	}
	*into = text
	return nil
}

// check looks at what holds for every row.
func (r Row) check() error {
	if r.UserID == "" || r.Title == "" || r.Timestamp <= 0 {
		return fmt.Errorf("no userid, title or timestamp")
	}
	if r.Viewers < 0 || r.Likes < 0 {
		return fmt.Errorf("a count below zero")
	}
	if r.Status != StatusOffline && r.Status != StatusIsOnline {
		return fmt.Errorf("status %q", r.Status)
	}
	switch r.Type {
	case TypeLive:
		return r.checkLive()
	case TypeRecorded:
		if r.GroupID != "" || r.Status != StatusOffline || r.FileID == "" || r.PlayURL == "" {
			return fmt.Errorf("a recording has no groupid, status 0, a fileid and a playurl")
		}
		return nil
	}
	return fmt.Errorf("type %d", r.Type)
}

func (r Row) checkLive() error {
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

// Lasting is the row without its play URLs, which are signed anew at any time.
func (r Row) Lasting() Row {
	r.PlayURL, r.HLS = "", ""
	return r
}

// Page is one page of FetchList.
type Page struct {
	Total int
	Rows  []Row
}

func ParsePage(r Reply) (Page, error) {
	if err := HasExactly(r.Data, "totalcount", "pusherlist"); err != nil {
		return Page{}, err
	}
	total, err := integer(r.Data["totalcount"])
	if err != nil {
		return Page{}, fmt.Errorf("totalcount: %w", err)
	}
	list, isList := r.Data["pusherlist"].([]any)
	if !isList {
		return Page{}, fmt.Errorf("pusherlist is %T, want an array", r.Data["pusherlist"])
	}
	p := Page{Total: total}
	for _, v := range list {
		row, err := ParseRow(v)
		if err != nil {
			return Page{}, err
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

// Number writes text as a JSON number.
func Number(text string) json.Number { return json.Number(text) }
