package e2e

import (
	"fmt"
	"testing"
)

func quitCases(t *testing.T, server Server) {
	t.Run("who quits is no member any more", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("first", "second", "third")
		if r := c.must("QuitGroup", a.quitFields("second")); len(r.Data) != 0 {
			t.Errorf("returnData %v, want {}", r.Data)
		}
		a.mustHaveMembers("after one quit", "first", "third")
		if rows := a.listings(); len(rows) != 1 || rows[0].Viewers != 2 {
			t.Errorf("the list has %+v, want two viewers", rows)
		}
	})
	t.Run("quitting twice counts once", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("first", "second")
		a.quit("second")
		a.quit("second")
		a.mustHaveMembers("after quitting twice", "first")
	})
	t.Run("quitting without having entered changes nothing", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.quit("stranger")
		a.mustHaveMembers("nobody was there")
		a.enter("viewer")
		a.quit("stranger")
		a.mustHaveMembers("somebody was there", "viewer")
	})
	t.Run("quitting what does not exist succeeds and creates nothing", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		a.quit("viewer")
		c.must("QuitGroup", a.quitFields("viewer").with("flag", 1).with("groupid", newID("file")))
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 0})
		a.request()
		c.must("QuitGroup", a.quitFields("viewer").with("flag", 1).with("groupid", newID("file")))
		a.mustHaveMembers("requested afterwards")
	})
	t.Run("quitting with a wrong groupid succeeds and changes nothing", func(t *testing.T) {
		c := newClient(t, server)
		a, other := c.onlineAnchor(), c.onlineAnchor()
		a.enter("viewer")
		for _, group := range []string{other.group, newID("group")} {
			c.must("QuitGroup", a.quitFields("viewer").with("groupid", group))
		}
		a.mustHaveMembers("after wrong groupids", "viewer")
	})
	t.Run("one may quit a room that has ended", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("viewer", "another")
		a.goOffline()
		a.quit("viewer")
		a.mustHaveMembers("after quitting an ended room", "another")
	})
	t.Run("viewers and members agree after many came and went", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		together(t, 40, func(i int) error {
			viewer := fmt.Sprint("viewer", i)
			if err := c.mustTry("EnterGroup", a.enterFields(viewer)); err != nil {
				return err
			}
			if err := c.mustTry("QuitGroup", a.quitFields(viewer)); err != nil || i%2 == 0 {
				return err
			}
			return c.mustTry("EnterGroup", a.enterFields(viewer))
		})
		m := a.members()
		if viewers := a.info().Viewers; viewers != 20 || m.Total != 20 || len(m.List) != 20 {
			t.Errorf("%d viewers, %d members, total %d, want 20", viewers, len(m.List), m.Total)
		}
	})
}
