package cases

import (
	"fmt"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func QuitGroup(t *testing.T, server client.Server) {
	t.Run("who quits is no member any more", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("first", "second", "third")
		if r := c.Must("QuitGroup", a.QuitFields("second")); len(r.Data) != 0 {
			t.Errorf("returnData %v, want {}", r.Data)
		}
		a.MustHaveMembers("after one quit", "first", "third")
		if rows := a.Listings(); len(rows) != 1 || rows[0].Viewers != 2 {
			t.Errorf("the list has %+v, want two viewers", rows)
		}
	})
	t.Run("quitting twice counts once", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("first", "second")
		a.Quit("second")
		a.Quit("second")
		a.MustHaveMembers("after quitting twice", "first")
	})
	t.Run("quitting without having entered changes nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Quit("stranger")
		a.MustHaveMembers("nobody was there")
		a.Enter("viewer")
		a.Quit("stranger")
		a.MustHaveMembers("somebody was there", "viewer")
	})
	t.Run("quitting what does not exist succeeds and creates nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		a.Quit("viewer")
		c.Must("QuitGroup", a.QuitFields("viewer").With("flag", 1).With("groupid", client.NewID("file")))
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
		a.Request()
		c.Must("QuitGroup", a.QuitFields("viewer").With("flag", 1).With("groupid", client.NewID("file")))
		a.MustHaveMembers("requested afterwards")
	})
	t.Run("quitting with a wrong groupid succeeds and changes nothing", func(t *testing.T) {
		c := client.New(t, server)
		a, other := c.OnlineAnchor(), c.OnlineAnchor()
		a.Enter("viewer")
		for _, group := range []string{other.Group, client.NewID("group")} {
			c.Must("QuitGroup", a.QuitFields("viewer").With("groupid", group))
		}
		a.MustHaveMembers("after wrong groupids", "viewer")
	})
	t.Run("one may quit a room that has ended", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("viewer", "another")
		a.GoOffline()
		a.Quit("viewer")
		a.MustHaveMembers("after quitting an ended room", "another")
	})
	t.Run("viewers and members agree after many came and went", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		client.Together(t, 40, func(i int) error {
			viewer := fmt.Sprint("viewer", i)
			if err := c.MustTry("EnterGroup", a.EnterFields(viewer)); err != nil {
				return err
			}
			if err := c.MustTry("QuitGroup", a.QuitFields(viewer)); err != nil || i%2 == 0 {
				return err
			}
			return c.MustTry("EnterGroup", a.EnterFields(viewer))
		})
		m := a.Members()
		if viewers := a.Info().Viewers; viewers != 20 || m.Total != 20 || len(m.List) != 20 {
			t.Errorf("%d viewers, %d members, total %d, want 20", viewers, len(m.List), m.Total)
		}
	})
}
