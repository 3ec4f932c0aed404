package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func requestCases(t *testing.T, server Server) {
	t.Run("the push URL has its published shape", func(t *testing.T) {
		c := newClient(t, server)
		mustBePushURL(t, server, c.newAnchor().request())
	})
	t.Run("the push URL is signed for at least a day", func(t *testing.T) {
		c := newClient(t, server)
		if server.Setting("XZB_PUSH_KEY") == "" {
			t.Skip("no push key: URLs are not signed")
		}
		before := time.Now().Truncate(time.Second)
		address := c.newAnchor().request()
		expires, err := checkTxSecret(address.Query, server.Setting("XZB_PUSH_KEY"), address.StreamID)
		if err != nil {
			t.Fatal(err)
		}
		if server.Setting("XZB_PUSH_TTL") == "" && expires.Before(before.Add(24*time.Hour)) {
			t.Errorf("it expires at %v, want at least 24 h from %v", expires, before)
		}
	})
	t.Run("a new room is hidden, with nothing counted", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		a.request()
		a.mustBeHidden("before it was online")
		got := a.info()
		want := row{
			UserID: a.id, GroupID: a.group, Timestamp: got.Timestamp, Type: typeLive, Title: a.title,
			User: userInfo{
				Nickname: "nick of " + a.id, HeadPic: "http://pic.example/" + a.id + ".png", FrontCover: "http://cover.example/" + a.id + ".png", Location: "深圳",
			},
			Status: statusOffline, Desc: "desc of " + a.id,
		}
		if got.lasting() != want {
			t.Errorf("got %+v\nwant %+v", got.lasting(), want)
		}
		a.mustHaveMembers("in a new room")
	})
	t.Run("a refused request creates nothing", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		c.refuses(codeBadParameter, "RequestLVBAddr", a.fields().without("title"))
		c.refuses(codeBadParameter, "RequestLVBAddr", a.fields().without("groupid"))
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 0})
		c.refuses(codeNotFound, "ChangeStatus", fields{"userid": a.id, "status": 0})
	})
	t.Run("play URLs belong to the same stream and are signed", func(t *testing.T) {
		c := newClient(t, server)
		mustHavePlayURLs(t, server, c.onlineAnchor())
	})
}

// mustBePushURL checks the whole URL, from scheme to signature.
func mustBePushURL(t *testing.T, server Server, address pushAddress) {
	t.Helper()
	bizid := regexp.QuoteMeta(server.Setting("XZB_BIZID"))
	shape := `^rtmp://` + regexp.QuoteMeta(server.Setting("XZB_PUSH_DOMAIN")) + `/live/` + bizid + `_[a-z0-9_-]+\?bizid=` + bizid
	if server.Setting("XZB_PUSH_KEY") != "" {
		shape += `&txSecret=[0-9a-f]{32}&txTime=[0-9A-F]+`
	}
	if !regexp.MustCompile(shape + `$`).MatchString(address.URL) {
		t.Errorf("push URL %s, want %s", address.URL, shape)
	}
	if key := server.Setting("XZB_PUSH_KEY"); key != "" {
		if _, err := checkTxSecret(address.Query, key, address.StreamID); err != nil {
			t.Errorf("push URL %s: %v", address.URL, err)
		}
	}
}

func mustHavePlayURLs(t *testing.T, server Server, a *anchor) {
	t.Helper()
	got := a.info()
	for _, link := range []string{got.PlayURL, got.HLS} {
		if clientStreamID(link) != a.stream {
			t.Errorf("%s is not of stream %s", link, a.stream)
		}
		u, err := parseHTTP(link)
		if err != nil {
			t.Error(err)
			continue
		}
		if u.Host != server.Setting("XZB_PLAY_DOMAIN") {
			t.Errorf("%s is not at %s", link, server.Setting("XZB_PLAY_DOMAIN"))
		}
		key := server.Setting("XZB_PLAY_KEY")
		if key == "" {
			if strings.Contains(link, "txSecret") || strings.Contains(link, "txTime") {
				t.Errorf("%s is signed, and without a key", link)
			}
			continue
		}
		expires, err := checkTxSecret(u.Query(), key, a.stream)
		if err != nil {
			t.Errorf("%s: %v", link, err)
		}
		if expires.Before(time.Now()) {
			t.Errorf("%s has expired at %v", link, expires)
		}
	}
}
