package cases

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func RequestLVBAddr(t *testing.T, server client.Server) {
	t.Run("the push URL has its published shape", func(t *testing.T) {
		c := client.New(t, server)
		mustBePushURL(t, server, c.NewAnchor().Request())
	})
	t.Run("the push URL is signed for at least a day", func(t *testing.T) {
		c := client.New(t, server)
		if server.Setting("XZB_PUSH_KEY") == "" {
			t.Skip("no push key: URLs are not signed")
		}
		before := time.Now().Truncate(time.Second)
		address := c.NewAnchor().Request()
		expires, err := client.CheckTxSecret(address.Query, server.Setting("XZB_PUSH_KEY"), address.StreamID)
		if err != nil {
			t.Fatal(err)
		}
		if server.Setting("XZB_PUSH_TTL") == "" && expires.Before(before.Add(24*time.Hour)) {
			t.Errorf("it expires at %v, want at least 24 h from %v", expires, before)
		}
	})
	t.Run("a new room is hidden, with nothing counted", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		a.Request()
		a.MustBeHidden("before it was online")
		got := a.Info()
		want := client.Row{
			UserID: a.ID, GroupID: a.Group, Timestamp: got.Timestamp, Type: client.TypeLive, Title: a.Title,
			User: client.UserInfo{
				Nickname: "nick of " + a.ID, HeadPic: "http://pic.example/" + a.ID + ".png", FrontCover: "http://cover.example/" + a.ID + ".png", Location: "深圳",
			},
			Status: client.StatusOffline, Desc: "desc of " + a.ID,
		}
		if got.Lasting() != want {
			t.Errorf("got %+v\nwant %+v", got.Lasting(), want)
		}
		a.MustHaveMembers("in a new room")
	})
	t.Run("a refused request creates nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		c.Refuses(client.CodeBadParameter, "RequestLVBAddr", a.Fields().Without("title"))
		c.Refuses(client.CodeBadParameter, "RequestLVBAddr", a.Fields().Without("groupid"))
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
		c.Refuses(client.CodeNotFound, "ChangeStatus", client.Fields{"userid": a.ID, "status": 0})
	})
	t.Run("play URLs belong to the same stream and are signed", func(t *testing.T) {
		c := client.New(t, server)
		mustHavePlayURLs(t, server, c.OnlineAnchor())
	})
}

// mustBePushURL checks the whole URL, from scheme to signature.
func mustBePushURL(t *testing.T, server client.Server, address client.PushAddress) {
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
		if _, err := client.CheckTxSecret(address.Query, key, address.StreamID); err != nil {
			t.Errorf("push URL %s: %v", address.URL, err)
		}
	}
}

func mustHavePlayURLs(t *testing.T, server client.Server, a *client.Anchor) {
	t.Helper()
	got := a.Info()
	for _, link := range []string{got.PlayURL, got.HLS} {
		if client.StreamIDIn(link) != a.Stream {
			t.Errorf("%s is not of stream %s", link, a.Stream)
		}
		u, err := client.ParseHTTP(link)
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
		expires, err := client.CheckTxSecret(u.Query(), key, a.Stream)
		if err != nil {
			t.Errorf("%s: %v", link, err)
		}
		if expires.Before(time.Now()) {
			t.Errorf("%s has expired at %v", link, expires)
		}
	}
}
