package client

import (
	"fmt"
	"net/url"
	"strings"
)

// Anchor is somebody who broadcasts.
type Anchor struct {
	C      *Client
	ID     string
	Group  string
	Title  string
	Stream string // of the push URL he was given last
}

// NewAnchor is an anchor the server has not heard of.
func (c *Client) NewAnchor() *Anchor { return c.AnchorNamed(NewID("anchor")) }

func (c *Client) AnchorNamed(id string) *Anchor {
	return &Anchor{C: c, ID: id, Group: NewID("group"), Title: "title of " + id}
}

// HiddenAnchor has asked for his push URL.
func (c *Client) HiddenAnchor() *Anchor {
	c.T.Helper()
	a := c.NewAnchor()
	a.Request()
	return a
}

// OnlineAnchor has asked for his push URL and said that he is online.
func (c *Client) OnlineAnchor() *Anchor {
	c.T.Helper()
	a := c.HiddenAnchor()
	a.GoOnline()
	return a
}

// PushAddress is what RequestLVBAddr returns.
type PushAddress struct {
	URL       string
	Timestamp int
	StreamID  string
	Query     url.Values
}

func (a *Anchor) Fields() Fields {
	return Fields{
		"userid": a.ID, "groupid": a.Group, "title": a.Title,
		"userinfo": Fields{
			"nickname": "nick of " + a.ID, "headpic": "http://pic.example/" + a.ID + ".png",
			"frontcover": "http://cover.example/" + a.ID + ".png", "location": "深圳", "desc": "desc of " + a.ID,
		},
	}
}

// Request asks for a push URL, as he does before every broadcast.
func (a *Anchor) Request() PushAddress {
	a.C.T.Helper()
	return a.RequestWith(a.Fields())
}

func (a *Anchor) RequestWith(f Fields) PushAddress {
	a.C.T.Helper()
	address, err := ParsePushAddress(a.C.Must("RequestLVBAddr", f))
	if err != nil {
		a.C.T.Fatal(err)
	}
	a.Stream = address.StreamID
	return address
}

// RequestGroup begins another broadcast, in another group.
func (a *Anchor) RequestGroup(group string) PushAddress {
	a.C.T.Helper()
	a.Group = group
	return a.Request()
}

func ParsePushAddress(r Reply) (PushAddress, error) {
	if err := HasExactly(r.Data, "pushurl", "timestamp"); err != nil {
		return PushAddress{}, err
	}
	var address PushAddress
	if err := ReadString(r.Data, "pushurl", &address.URL); err != nil {
		return PushAddress{}, err
	}
	timestamp, err := integer(r.Data["timestamp"])
	if err != nil {
		return PushAddress{}, fmt.Errorf("timestamp: %w", err)
	}
	address.Timestamp = timestamp
	u, err := url.Parse(address.URL)
	if err != nil {
		return PushAddress{}, fmt.Errorf("pushurl: %w", err)
	}
	if address.Query, err = url.ParseQuery(u.RawQuery); err != nil {
		return PushAddress{}, fmt.Errorf("pushurl: %w", err)
	}
	if address.StreamID = StreamIDIn(address.URL); address.StreamID == "" {
		return PushAddress{}, fmt.Errorf("pushurl %s has no stream id", address.URL)
	}
	return address, nil
}

// StreamIDIn reads the stream id from a URL the way the released clients do.
func StreamIDIn(text string) string {
	_, after, found := strings.Cut(text, "/live/")
	if !found {
		return ""
	}
	if end := strings.IndexAny(after, "?."); end >= 0 {
		after = after[:end]
	}
	return strings.ToLower(after)
}

func (a *Anchor) GoOnline() {
	a.C.T.Helper()
	a.C.Must("ChangeStatus", Fields{"userid": a.ID, "status": 0})
}

func (a *Anchor) GoOffline() {
	a.C.T.Helper()
	a.C.Must("ChangeStatus", Fields{"userid": a.ID, "status": 1})
}

// Info is his room, as GetUserInfo shows it.
func (a *Anchor) Info() Row {
	a.C.T.Helper()
	return a.C.Info(a.ID)
}

// Listings are his rows in the list of rooms: one or none.
func (a *Anchor) Listings() []Row {
	a.C.T.Helper()
	return a.C.Rows(FlagLive, func(r Row) bool { return r.UserID == a.ID })
}

func (a *Anchor) IsListed() bool {
	a.C.T.Helper()
	switch rows := a.Listings(); len(rows) {
	case 0:
		return false
	case 1:
		return true
	default:
		a.C.T.Fatalf("%s is listed %d times", a.ID, len(rows))
		return false
	}
}

// MustBeListed and mustBeHidden look at both the list and his room.
func (a *Anchor) MustBeListed(when string) {
	a.C.T.Helper()
	if !a.IsListed() {
		a.C.T.Errorf("%s: the room is not in the list", when)
	}
	if got := a.Info().Status; got != StatusIsOnline {
		a.C.T.Errorf("%s: the room's status is %q, want %q", when, got, StatusIsOnline)
	}
}

func (a *Anchor) MustBeHidden(when string) {
	a.C.T.Helper()
	if a.IsListed() {
		a.C.T.Errorf("%s: the room is in the list", when)
	}
	if got := a.Info().Status; got != StatusOffline {
		a.C.T.Errorf("%s: the room's status is %q, want %q", when, got, StatusOffline)
	}
}

// LikeFields is a like for what he broadcasts.
func (a *Anchor) LikeFields() Fields {
	return Fields{"userid": a.ID, "type": 1, "optype": 0, "flag": 0, "fileid": ""}
}

func (a *Anchor) Like(times int) {
	a.C.T.Helper()
	for range times {
		a.C.Must("ChangeCount", a.LikeFields())
	}
}

func (a *Anchor) MustHave(when string, likes, viewers int) {
	a.C.T.Helper()
	if r := a.Info(); r.Likes != likes || r.Viewers != viewers {
		a.C.T.Errorf("%s: %d likes and %d viewers, want %d and %d", when, r.Likes, r.Viewers, likes, viewers)
	}
}
