package e2e

import (
	"fmt"
	"slices"
	"testing"
)

func enterCases(t *testing.T, server Server) {
	t.Run("who enters is a member and a viewer", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		viewer := newID("viewer")
		if r := c.must("EnterGroup", a.enterFields(viewer)); len(r.Data) != 0 {
			t.Errorf("returnData %v, want {}", r.Data)
		}
		want := member{UserID: viewer, Nickname: "nick of " + viewer, HeadPic: "http://pic.example/" + viewer}
		if m := a.members(); m.Total != 1 || len(m.List) != 1 || m.List[0] != want {
			t.Errorf("members %+v, want %+v", m, want)
		}
		if rows := a.listings(); len(rows) != 1 || rows[0].Viewers != 1 {
			t.Errorf("the list has %+v, want one viewer", rows)
		}
	})
	t.Run("entering three times counts once", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("viewer", "viewer", "viewer")
		a.mustHaveMembers("entered three times", "viewer")
	})
	t.Run("entering again refreshes name and picture and keeps the place", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("first", "second", "third")
		c.must("EnterGroup", a.enterFields("first").with("nickname", "new name").with("headpic", "new picture"))
		a.mustHaveMembers("after entering again", "first", "second", "third")
		if m := a.members(); !slices.Contains(m.List, member{UserID: "first", Nickname: "new name", HeadPic: "new picture"}) {
			t.Errorf("members %+v, want the first with a new name and picture", m)
		}
	})
	t.Run("who quits and comes back comes last", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("first", "second")
		a.quit("first")
		a.enter("first")
		a.mustHaveMembers("after coming back", "second", "first")
	})
	t.Run("a session takes members whatever its state", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		a.enter("early")
		a.mustHaveMembers("hidden", "early")
		a.goOnline()
		a.enter("punctual")
		a.mustHaveMembers("online", "early", "punctual")
		a.goOffline()
		a.enter("late")
		a.mustHaveMembers("ended", "early", "punctual", "late")
	})
	t.Run("an unknown anchor is 2003 and is not created", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		c.refuses(codeNotFound, "EnterGroup", a.enterFields("viewer"))
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 0})
		if m := a.members(); m.Total != 0 || len(m.List) != 0 {
			t.Errorf("it has members: %+v", m)
		}
		a.request()
		a.mustHaveMembers("requested afterwards")
	})
	t.Run("a wrong groupid is 2003", func(t *testing.T) {
		c := newClient(t, server)
		a, other := c.onlineAnchor(), c.onlineAnchor()
		for _, group := range []string{other.group, a.group + " ", a.id, newID("group")} {
			c.refuses(codeNotFound, "EnterGroup", a.enterFields("viewer").with("groupid", group))
		}
		a.mustHaveMembers("after wrong groupids")
		other.mustHaveMembers("the other room")
	})
	t.Run("an unknown recording is 2003", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		enter := a.enterFields("viewer").with("flag", 1)
		c.refuses(codeNotFound, "EnterGroup", enter.with("groupid", newID("file")))
		c.refuses(codeNotFound, "EnterGroup", enter) // its groupid names a room
		a.mustHaveMembers("after unknown recordings")
	})
	t.Run("level is an optional integer", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		for i, level := range []any{0, 7, "12", -1} {
			c.must("EnterGroup", a.enterFields(fmt.Sprint("viewer", i)).with("level", level))
		}
		a.mustHaveMembers("in order of entering", "viewer0", "viewer1", "viewer2", "viewer3")
		for _, level := range []any{"x", number("1.5"), true, fields{}} {
			refusedFor(t, c, "EnterGroup", a.enterFields("viewer").with("level", level), "level")
		}
	})
	t.Run("one user may be in many rooms", func(t *testing.T) {
		c := newClient(t, server)
		one, two := c.onlineAnchor(), c.onlineAnchor()
		one.enter("viewer")
		two.enter("viewer")
		one.quit("viewer")
		one.mustHaveMembers("the room he left")
		two.mustHaveMembers("the room he stayed in", "viewer")
	})
	t.Run("many who enter at once all count", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		const viewers = 100
		together(t, 3*viewers, func(i int) error {
			return c.mustTry("EnterGroup", a.enterFields(fmt.Sprint("viewer", i%viewers)))
		})
		m := a.members()
		if m.Total != viewers || len(m.List) != viewers || a.info().Viewers != viewers {
			t.Errorf("%d members, total %d, %d viewers, want %d", len(m.List), m.Total, a.info().Viewers, viewers)
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(m.ids()))); len(distinct) != viewers {
			t.Errorf("%d distinct members, want %d", len(distinct), viewers)
		}
	})
}
