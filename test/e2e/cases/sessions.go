package cases

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func Sessions(t *testing.T, server client.Server) {
	t.Run("a retry while online resets and hides nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("viewer")
		a.Like(2)
		before := a.Info()
		client.NextSecond()
		mustBePushURL(t, server, a.Request())
		a.MustBeListed("after a retry")
		a.MustHave("after a retry", 2, 1)
		a.MustHaveMembers("after a retry", "viewer")
		if got := a.Info().Timestamp; got != before.Timestamp {
			t.Errorf("the retry moved the timestamp from %d to %d", before.Timestamp, got)
		}
	})
	t.Run("a retry while hidden resets nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		a.Enter("viewer")
		a.Like(3)
		mustBePushURL(t, server, a.Request())
		a.MustBeHidden("after a retry")
		a.MustHave("after a retry", 3, 1)
	})
	t.Run("a retry updates the texts", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Title = "a better title"
		a.RequestWith(a.Fields().With("userinfo", client.Fields{
			"nickname": "n2", "headpic": "h2", "frontcover": "f2", "location": "l2", "desc": "d2",
		}))
		got := a.Info()
		if got.Title != a.Title || got.User != (client.UserInfo{Nickname: "n2", HeadPic: "h2", FrontCover: "f2", Location: "l2"}) || got.Desc != "d2" {
			t.Errorf("after the retry: %+v", got)
		}
		if rows := a.Listings(); len(rows) != 1 || rows[0].Title != a.Title {
			t.Errorf("the list has %+v", rows)
		}
		a.RequestWith(a.Fields().Without("userinfo"))
		if got := a.Info(); got.User != (client.UserInfo{}) || got.Desc != "" {
			t.Errorf("after a retry without userinfo: %+v", got)
		}
	})
	t.Run("both URLs of a retried request can be pushed to", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		first := a.Request()
		a.Request()
		client.NewPlatform(c).Push(first.StreamID, "1", time.Now())
		a.MustBeListed("pushing to the first URL")
	})
	t.Run("another groupid while hidden begins anew", func(t *testing.T) {
		beginsAnew(t, client.New(t, server).HiddenAnchor(), true)
	})
	t.Run("another groupid while online begins anew", func(t *testing.T) {
		beginsAnew(t, client.New(t, server).OnlineAnchor(), true)
	})
	t.Run("another groupid after an end begins anew", func(t *testing.T) {
		a := client.New(t, server).OnlineAnchor()
		a.GoOffline()
		beginsAnew(t, a, true)
	})
	t.Run("the same groupid after an end begins anew", func(t *testing.T) {
		a := client.New(t, server).OnlineAnchor()
		a.GoOffline()
		beginsAnew(t, a, false)
	})
	t.Run("the same groupid after an end that never was online begins anew", func(t *testing.T) {
		a := client.New(t, server).HiddenAnchor()
		a.GoOffline()
		beginsAnew(t, a, false)
	})
	t.Run("the same groupid after a resumed and ended broadcast begins anew", func(t *testing.T) {
		a := client.New(t, server).OnlineAnchor()
		a.GoOffline()
		a.GoOnline()
		a.GoOffline()
		beginsAnew(t, a, false)
	})
	t.Run("a groupid used before is as new as any other", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		first := a.Group
		a.Enter("viewer")
		a.Like(1)
		a.RequestGroup(client.NewID("group"))
		a.GoOnline()
		a.RequestGroup(first)
		a.MustBeHidden("back in the first group")
		a.MustHave("back in the first group", 0, 0)
		a.MustHaveMembers("back in the first group")
	})
	t.Run("a new session goes online at its own time", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		first := a.Info().Timestamp
		client.NextSecond()
		a.RequestGroup(client.NewID("group"))
		a.GoOnline()
		if got := a.Info().Timestamp; got <= first {
			t.Errorf("timestamp %d, want later than the last session's %d", got, first)
		}
	})
	t.Run("two anchors may share a groupid", func(t *testing.T) {
		c := client.New(t, server)
		one, two := c.OnlineAnchor(), c.NewAnchor()
		two.Group = one.Group
		two.Request()
		one.Enter("viewer of one")
		one.Like(1)
		two.MustHaveMembers("in the other's room")
		two.MustHave("in the other's room", 0, 0)
		one.MustBeListed("while another one asks for the same group")
	})
	t.Run("a user is in the list once", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		for range 3 {
			a.RequestGroup(client.NewID("group"))
			a.GoOnline()
		}
		if rows := a.Listings(); len(rows) != 1 || rows[0].GroupID != a.Group {
			t.Errorf("listed as %+v", rows)
		}
	})
}

// beginsAnew checks that the next request opens a session that inherits nothing.
func beginsAnew(t *testing.T, a *client.Anchor, otherGroup bool) {
	t.Helper()
	a.Enter("earlier viewer", "another")
	a.Like(2)
	a.MustHave("in the first session", 2, 2)
	earlier := a.Group
	if otherGroup {
		a.Group = client.NewID("group")
	}
	a.Title = "title of the second session"
	a.Request()
	a.MustBeHidden("a new session")
	a.MustHave("a new session", 0, 0)
	a.MustHaveMembers("a new session")
	if got := a.Info(); got.GroupID != a.Group || got.Title != a.Title {
		t.Errorf("the room is still %+v", got)
	}
	if otherGroup {
		if m := a.C.MembersOf(a.ID, earlier, 1, 10); m.Total != 0 || len(m.List) != 0 {
			t.Errorf("the earlier group still has members: %+v", m)
		}
		a.C.Refuses(client.CodeNotFound, "EnterGroup", a.EnterFields("viewer").With("groupid", earlier))
		// Whoever was in the earlier room may leave it, late, and this room does not notice.
		a.Enter("earlier viewer")
		a.C.Must("QuitGroup", a.QuitFields("earlier viewer").With("groupid", earlier))
		a.MustHaveMembers("after a late goodbye to the earlier room", "earlier viewer")
		a.Quit("earlier viewer")
	}
	a.GoOnline()
	a.MustBeListed("the new session")
	a.MustHave("the new session online", 0, 0)
	a.Like(1)
	a.Enter("viewer")
	a.MustHave("counted anew", 1, 1)
}
