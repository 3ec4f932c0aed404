package cases

import (
	"fmt"
	"slices"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func EnterGroup(t *testing.T, server client.Server) {
	t.Run("who enters is a member and a viewer", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		viewer := client.NewID("viewer")
		if r := c.Must("EnterGroup", a.EnterFields(viewer)); len(r.Data) != 0 {
			t.Errorf("returnData %v, want {}", r.Data)
		}
		want := client.Member{UserID: viewer, Nickname: "nick of " + viewer, HeadPic: "http://pic.example/" + viewer}
		if m := a.Members(); m.Total != 1 || len(m.List) != 1 || m.List[0] != want {
			t.Errorf("members %+v, want %+v", m, want)
		}
		if rows := a.Listings(); len(rows) != 1 || rows[0].Viewers != 1 {
			t.Errorf("the list has %+v, want one viewer", rows)
		}
	})
	t.Run("entering three times counts once", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("viewer", "viewer", "viewer")
		a.MustHaveMembers("entered three times", "viewer")
	})
	t.Run("entering again refreshes name and picture and keeps the place", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("first", "second", "third")
		c.Must("EnterGroup", a.EnterFields("first").With("nickname", "new name").With("headpic", "new picture"))
		a.MustHaveMembers("after entering again", "first", "second", "third")
		if m := a.Members(); !slices.Contains(m.List, client.Member{UserID: "first", Nickname: "new name", HeadPic: "new picture"}) {
			t.Errorf("members %+v, want the first with a new name and picture", m)
		}
	})
	t.Run("who quits and comes back comes last", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("first", "second")
		a.Quit("first")
		a.Enter("first")
		a.MustHaveMembers("after coming back", "second", "first")
	})
	t.Run("a session takes members whatever its state", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		a.Enter("early")
		a.MustHaveMembers("hidden", "early")
		a.GoOnline()
		a.Enter("punctual")
		a.MustHaveMembers("online", "early", "punctual")
		a.GoOffline()
		a.Enter("late")
		a.MustHaveMembers("ended", "early", "punctual", "late")
	})
	t.Run("an unknown anchor is 2003 and is not created", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		c.Refuses(client.CodeNotFound, "EnterGroup", a.EnterFields("viewer"))
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
		if m := a.Members(); m.Total != 0 || len(m.List) != 0 {
			t.Errorf("it has members: %+v", m)
		}
		a.Request()
		a.MustHaveMembers("requested afterwards")
	})
	t.Run("a wrong groupid is 2003", func(t *testing.T) {
		c := client.New(t, server)
		a, other := c.OnlineAnchor(), c.OnlineAnchor()
		for _, group := range []string{other.Group, a.Group + " ", a.ID, client.NewID("group")} {
			c.Refuses(client.CodeNotFound, "EnterGroup", a.EnterFields("viewer").With("groupid", group))
		}
		a.MustHaveMembers("after wrong groupids")
		other.MustHaveMembers("the other room")
	})
	t.Run("an unknown recording is 2003", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		enter := a.EnterFields("viewer").With("flag", 1)
		c.Refuses(client.CodeNotFound, "EnterGroup", enter.With("groupid", client.NewID("file")))
		c.Refuses(client.CodeNotFound, "EnterGroup", enter) // its groupid names a room
		a.MustHaveMembers("after unknown recordings")
	})
	t.Run("level is an optional integer", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		for i, level := range []any{0, 7, "12", -1} {
			c.Must("EnterGroup", a.EnterFields(fmt.Sprint("viewer", i)).With("level", level))
		}
		a.MustHaveMembers("in order of entering", "viewer0", "viewer1", "viewer2", "viewer3")
		for _, level := range []any{"x", client.Number("1.5"), true, client.Fields{}} {
			refusedFor(t, c, "EnterGroup", a.EnterFields("viewer").With("level", level), "level")
		}
	})
	t.Run("one user may be in many rooms", func(t *testing.T) {
		c := client.New(t, server)
		one, two := c.OnlineAnchor(), c.OnlineAnchor()
		one.Enter("viewer")
		two.Enter("viewer")
		one.Quit("viewer")
		one.MustHaveMembers("the room he left")
		two.MustHaveMembers("the room he stayed in", "viewer")
	})
	t.Run("many who enter at once all count", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		const viewers = 100
		client.Together(t, 3*viewers, func(i int) error {
			return c.MustTry("EnterGroup", a.EnterFields(fmt.Sprint("viewer", i%viewers)))
		})
		m := a.Members()
		if m.Total != viewers || len(m.List) != viewers || a.Info().Viewers != viewers {
			t.Errorf("%d members, total %d, %d viewers, want %d", len(m.List), m.Total, a.Info().Viewers, viewers)
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(m.IDs()))); len(distinct) != viewers {
			t.Errorf("%d distinct members, want %d", len(distinct), viewers)
		}
	})
}
