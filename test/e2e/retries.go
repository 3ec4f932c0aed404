package e2e

import (
	"testing"
)

// retryCases send everything as Android does when a reply is late: the same request again, both on their way.
func retryCases(t *testing.T, server Server) {
	t.Run("a first request twice opens one session", func(t *testing.T) {
		c := newClient(t, server)
		for range 5 {
			a := c.newAnchor()
			twice(c, "RequestLVBAddr", a.fields())
			a.mustBeHidden("requested twice")
			a.like(1)
			a.enter("viewer")
			c.must("RequestLVBAddr", a.fields())
			a.mustHave("after a third time", 1, 1)
		}
	})
	t.Run("a request for another session twice opens one session", func(t *testing.T) {
		c := newClient(t, server)
		for range 5 {
			a := c.onlineAnchor()
			a.like(2)
			a.enter("viewer")
			a.group = newID("group")
			twice(c, "RequestLVBAddr", a.fields())
			a.mustBeHidden("requested twice")
			a.mustHave("requested twice", 0, 0)
			a.goOnline()
			a.like(1)
			c.must("RequestLVBAddr", a.fields())
			a.mustBeListed("after a third time")
			a.mustHave("after a third time", 1, 0)
		}
	})
	t.Run("a request after an end twice opens one session", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.like(2)
		a.goOffline()
		twice(c, "RequestLVBAddr", a.fields())
		a.like(1)
		twice(c, "RequestLVBAddr", a.fields())
		a.mustBeHidden("requested four times")
		a.mustHave("requested four times", 1, 0)
	})
	t.Run("status changes twice change once", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		twice(c, "ChangeStatus", fields{"userid": a.id, "status": 0})
		a.mustBeListed("online twice")
		twice(c, "ChangeStatus", fields{"userid": a.id, "status": 1})
		a.mustBeHidden("offline twice")
	})
	t.Run("entering and quitting twice count once", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("first")
		twice(c, "EnterGroup", a.enterFields("second"))
		a.mustHaveMembers("entered twice", "first", "second")
		twice(c, "QuitGroup", a.quitFields("first"))
		a.mustHaveMembers("quit twice", "second")
	})
	t.Run("different users at once do not disturb each other", func(t *testing.T) {
		c := newClient(t, server)
		anchors := make([]*anchor, 20)
		for i := range anchors {
			anchors[i] = c.newAnchor()
		}
		together(t, 2*len(anchors), func(i int) error { return c.mustTry("RequestLVBAddr", anchors[i/2].fields()) })
		for _, a := range anchors {
			if got := a.info(); got.UserID != a.id || got.GroupID != a.group || got.Title != a.title {
				t.Errorf("%s has the room %+v", a.id, got)
			}
		}
	})
}

// twice sends the same request two times together; both must succeed.
func twice(c *client, action string, f fields) {
	c.t.Helper()
	together(c.t, 2, func(int) error { return c.mustTry(action, f) })
}
