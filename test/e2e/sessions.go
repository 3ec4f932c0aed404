package e2e

import (
	"testing"
	"time"
)

func sessionCases(t *testing.T, server Server) {
	t.Run("a retry while online resets and hides nothing", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("viewer")
		a.like(2)
		before := a.info()
		nextSecond()
		mustBePushURL(t, server, a.request())
		a.mustBeListed("after a retry")
		a.mustHave("after a retry", 2, 1)
		a.mustHaveMembers("after a retry", "viewer")
		if got := a.info().Timestamp; got != before.Timestamp {
			t.Errorf("the retry moved the timestamp from %d to %d", before.Timestamp, got)
		}
	})
	t.Run("a retry while hidden resets nothing", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		a.enter("viewer")
		a.like(3)
		mustBePushURL(t, server, a.request())
		a.mustBeHidden("after a retry")
		a.mustHave("after a retry", 3, 1)
	})
	t.Run("a retry updates the texts", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.title = "a better title"
		a.requestWith(a.fields().with("userinfo", fields{
			"nickname": "n2", "headpic": "h2", "frontcover": "f2", "location": "l2", "desc": "d2",
		}))
		got := a.info()
		if got.Title != a.title || got.User != (userInfo{Nickname: "n2", HeadPic: "h2", FrontCover: "f2", Location: "l2"}) || got.Desc != "d2" {
			t.Errorf("after the retry: %+v", got)
		}
		if rows := a.listings(); len(rows) != 1 || rows[0].Title != a.title {
			t.Errorf("the list has %+v", rows)
		}
		a.requestWith(a.fields().without("userinfo"))
		if got := a.info(); got.User != (userInfo{}) || got.Desc != "" {
			t.Errorf("after a retry without userinfo: %+v", got)
		}
	})
	t.Run("both URLs of a retried request can be pushed to", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		first := a.request()
		a.request()
		newPlatform(c).push(first.StreamID, "1", time.Now())
		a.mustBeListed("pushing to the first URL")
	})
	t.Run("another groupid while hidden begins anew", func(t *testing.T) {
		beginsAnew(t, newClient(t, server).hiddenAnchor(), true)
	})
	t.Run("another groupid while online begins anew", func(t *testing.T) {
		beginsAnew(t, newClient(t, server).onlineAnchor(), true)
	})
	t.Run("another groupid after an end begins anew", func(t *testing.T) {
		a := newClient(t, server).onlineAnchor()
		a.goOffline()
		beginsAnew(t, a, true)
	})
	t.Run("the same groupid after an end begins anew", func(t *testing.T) {
		a := newClient(t, server).onlineAnchor()
		a.goOffline()
		beginsAnew(t, a, false)
	})
	t.Run("the same groupid after an end that never was online begins anew", func(t *testing.T) {
		a := newClient(t, server).hiddenAnchor()
		a.goOffline()
		beginsAnew(t, a, false)
	})
	t.Run("the same groupid after a resumed and ended broadcast begins anew", func(t *testing.T) {
		a := newClient(t, server).onlineAnchor()
		a.goOffline()
		a.goOnline()
		a.goOffline()
		beginsAnew(t, a, false)
	})
	t.Run("a groupid used before is as new as any other", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		first := a.group
		a.enter("viewer")
		a.like(1)
		a.requestGroup(newID("group"))
		a.goOnline()
		a.requestGroup(first)
		a.mustBeHidden("back in the first group")
		a.mustHave("back in the first group", 0, 0)
		a.mustHaveMembers("back in the first group")
	})
	t.Run("a new session goes online at its own time", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		first := a.info().Timestamp
		nextSecond()
		a.requestGroup(newID("group"))
		a.goOnline()
		if got := a.info().Timestamp; got <= first {
			t.Errorf("timestamp %d, want later than the last session's %d", got, first)
		}
	})
	t.Run("two anchors may share a groupid", func(t *testing.T) {
		c := newClient(t, server)
		one, two := c.onlineAnchor(), c.newAnchor()
		two.group = one.group
		two.request()
		one.enter("viewer of one")
		one.like(1)
		two.mustHaveMembers("in the other's room")
		two.mustHave("in the other's room", 0, 0)
		one.mustBeListed("while another one asks for the same group")
	})
	t.Run("a user is in the list once", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		for range 3 {
			a.requestGroup(newID("group"))
			a.goOnline()
		}
		if rows := a.listings(); len(rows) != 1 || rows[0].GroupID != a.group {
			t.Errorf("listed as %+v", rows)
		}
	})
}

// beginsAnew checks that the next request opens a session that inherits nothing.
func beginsAnew(t *testing.T, a *anchor, otherGroup bool) {
	t.Helper()
	a.enter("earlier viewer", "another")
	a.like(2)
	a.mustHave("in the first session", 2, 2)
	earlier := a.group
	if otherGroup {
		a.group = newID("group")
	}
	a.title = "title of the second session"
	a.request()
	a.mustBeHidden("a new session")
	a.mustHave("a new session", 0, 0)
	a.mustHaveMembers("a new session")
	if got := a.info(); got.GroupID != a.group || got.Title != a.title {
		t.Errorf("the room is still %+v", got)
	}
	if otherGroup {
		if m := a.c.membersOf(a.id, earlier, 1, 10); m.Total != 0 || len(m.List) != 0 {
			t.Errorf("the earlier group still has members: %+v", m)
		}
		a.c.refuses(codeNotFound, "EnterGroup", a.enterFields("viewer").with("groupid", earlier))
		// Whoever was in the earlier room may leave it, late, and this room does not notice.
		a.enter("earlier viewer")
		a.c.must("QuitGroup", a.quitFields("earlier viewer").with("groupid", earlier))
		a.mustHaveMembers("after a late goodbye to the earlier room", "earlier viewer")
		a.quit("earlier viewer")
	}
	a.goOnline()
	a.mustBeListed("the new session")
	a.mustHave("the new session online", 0, 0)
	a.like(1)
	a.enter("viewer")
	a.mustHave("counted anew", 1, 1)
}
