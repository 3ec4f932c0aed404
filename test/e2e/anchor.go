package e2e

import (
	"fmt"
	"net/url"
	"strings"
)

// anchor is somebody who broadcasts.
type anchor struct {
	c      *client
	id     string
	group  string
	title  string
	stream string // of the push URL he was given last
}

// newAnchor is an anchor the server has not heard of.
func (c *client) newAnchor() *anchor { return c.anchorNamed(newID("anchor")) }

func (c *client) anchorNamed(id string) *anchor {
	return &anchor{c: c, id: id, group: newID("group"), title: "title of " + id}
}

// hiddenAnchor has asked for his push URL.
func (c *client) hiddenAnchor() *anchor {
	c.t.Helper()
	a := c.newAnchor()
	a.request()
	return a
}

// onlineAnchor has asked for his push URL and said that he is online.
func (c *client) onlineAnchor() *anchor {
	c.t.Helper()
	a := c.hiddenAnchor()
	a.goOnline()
	return a
}

// pushAddress is what RequestLVBAddr returns.
type pushAddress struct {
	URL       string
	Timestamp int
	StreamID  string
	Query     url.Values
}

func (a *anchor) fields() fields {
	return fields{
		"userid": a.id, "groupid": a.group, "title": a.title,
		"userinfo": fields{
			"nickname": "nick of " + a.id, "headpic": "http://pic.example/" + a.id + ".png",
			"frontcover": "http://cover.example/" + a.id + ".png", "location": "深圳", "desc": "desc of " + a.id,
		},
	}
}

// request asks for a push URL, as he does before every broadcast.
func (a *anchor) request() pushAddress {
	a.c.t.Helper()
	return a.requestWith(a.fields())
}

func (a *anchor) requestWith(f fields) pushAddress {
	a.c.t.Helper()
	address, err := parsePushAddress(a.c.must("RequestLVBAddr", f))
	if err != nil {
		a.c.t.Fatal(err)
	}
	a.stream = address.StreamID
	return address
}

// requestGroup begins another broadcast, in another group.
func (a *anchor) requestGroup(group string) pushAddress {
	a.c.t.Helper()
	a.group = group
	return a.request()
}

func parsePushAddress(r reply) (pushAddress, error) {
	if err := hasExactly(r.Data, "pushurl", "timestamp"); err != nil {
		return pushAddress{}, err
	}
	var address pushAddress
	if err := readString(r.Data, "pushurl", &address.URL); err != nil {
		return pushAddress{}, err
	}
	timestamp, err := integer(r.Data["timestamp"])
	if err != nil {
		return pushAddress{}, fmt.Errorf("timestamp: %w", err)
	}
	address.Timestamp = timestamp
	u, err := url.Parse(address.URL)
	if err != nil {
		return pushAddress{}, fmt.Errorf("pushurl: %w", err)
	}
	if address.Query, err = url.ParseQuery(u.RawQuery); err != nil {
		return pushAddress{}, fmt.Errorf("pushurl: %w", err)
	}
	if address.StreamID = clientStreamID(address.URL); address.StreamID == "" {
		return pushAddress{}, fmt.Errorf("pushurl %s has no stream id", address.URL)
	}
	return address, nil
}

// clientStreamID reads the stream id from a URL the way the released clients do.
func clientStreamID(text string) string {
	_, after, found := strings.Cut(text, "/live/")
	if !found {
		return ""
	}
	if end := strings.IndexAny(after, "?."); end >= 0 {
		after = after[:end]
	}
	return strings.ToLower(after)
}

func (a *anchor) goOnline() {
	a.c.t.Helper()
	a.c.must("ChangeStatus", fields{"userid": a.id, "status": 0})
}

func (a *anchor) goOffline() {
	a.c.t.Helper()
	a.c.must("ChangeStatus", fields{"userid": a.id, "status": 1})
}

// info is his room, as GetUserInfo shows it.
func (a *anchor) info() row {
	a.c.t.Helper()
	return a.c.info(a.id)
}

// listings are his rows in the list of rooms: one or none.
func (a *anchor) listings() []row {
	a.c.t.Helper()
	return a.c.rows(flagLive, func(r row) bool { return r.UserID == a.id })
}

func (a *anchor) isListed() bool {
	a.c.t.Helper()
	switch rows := a.listings(); len(rows) {
	case 0:
		return false
	case 1:
		return true
	default:
		a.c.t.Fatalf("%s is listed %d times", a.id, len(rows))
		return false
	}
}

// mustBeListed and mustBeHidden look at both the list and his room.
func (a *anchor) mustBeListed(when string) {
	a.c.t.Helper()
	if !a.isListed() {
		a.c.t.Errorf("%s: the room is not in the list", when)
	}
	if got := a.info().Status; got != statusIsOnline {
		a.c.t.Errorf("%s: the room's status is %q, want %q", when, got, statusIsOnline)
	}
}

func (a *anchor) mustBeHidden(when string) {
	a.c.t.Helper()
	if a.isListed() {
		a.c.t.Errorf("%s: the room is in the list", when)
	}
	if got := a.info().Status; got != statusOffline {
		a.c.t.Errorf("%s: the room's status is %q, want %q", when, got, statusOffline)
	}
}

// likeFields is a like for what he broadcasts.
func (a *anchor) likeFields() fields {
	return fields{"userid": a.id, "type": 1, "optype": 0, "flag": 0, "fileid": ""}
}

func (a *anchor) like(times int) {
	a.c.t.Helper()
	for range times {
		a.c.must("ChangeCount", a.likeFields())
	}
}

func (a *anchor) mustHave(when string, likes, viewers int) {
	a.c.t.Helper()
	if r := a.info(); r.Likes != likes || r.Viewers != viewers {
		a.c.t.Errorf("%s: %d likes and %d viewers, want %d and %d", when, r.Likes, r.Viewers, likes, viewers)
	}
}
