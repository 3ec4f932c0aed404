package cases

import (
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// Retries send everything as Android does when a reply is late: the same request again, both on their way.
func Retries(t *testing.T, server client.Server) {
	t.Run("a first request twice opens one session", func(t *testing.T) {
		c := client.New(t, server)
		for range 5 {
			a := c.NewAnchor()
			twice(c, "RequestLVBAddr", a.Fields())
			a.MustBeHidden("requested twice")
			a.Like(1)
			a.Enter("viewer")
			c.Must("RequestLVBAddr", a.Fields())
			a.MustHave("after a third time", 1, 1)
		}
	})
	t.Run("a request for another session twice opens one session", func(t *testing.T) {
		c := client.New(t, server)
		for range 5 {
			a := c.OnlineAnchor()
			a.Like(2)
			a.Enter("viewer")
			a.Group = client.NewID("group")
			twice(c, "RequestLVBAddr", a.Fields())
			a.MustBeHidden("requested twice")
			a.MustHave("requested twice", 0, 0)
			a.GoOnline()
			a.Like(1)
			c.Must("RequestLVBAddr", a.Fields())
			a.MustBeListed("after a third time")
			a.MustHave("after a third time", 1, 0)
		}
	})
	t.Run("a request after an end twice opens one session", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Like(2)
		a.GoOffline()
		twice(c, "RequestLVBAddr", a.Fields())
		a.Like(1)
		twice(c, "RequestLVBAddr", a.Fields())
		a.MustBeHidden("requested four times")
		a.MustHave("requested four times", 1, 0)
	})
	t.Run("status changes twice change once", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		twice(c, "ChangeStatus", client.Fields{"userid": a.ID, "status": 0})
		a.MustBeListed("online twice")
		twice(c, "ChangeStatus", client.Fields{"userid": a.ID, "status": 1})
		a.MustBeHidden("offline twice")
	})
	t.Run("entering and quitting twice count once", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("first")
		twice(c, "EnterGroup", a.EnterFields("second"))
		a.MustHaveMembers("entered twice", "first", "second")
		twice(c, "QuitGroup", a.QuitFields("first"))
		a.MustHaveMembers("quit twice", "second")
	})
	t.Run("different users at once do not disturb each other", func(t *testing.T) {
		c := client.New(t, server)
		anchors := make([]*client.Anchor, 20)
		for i := range anchors {
			anchors[i] = c.NewAnchor()
		}
		client.Together(t, 2*len(anchors), func(i int) error { return c.MustTry("RequestLVBAddr", anchors[i/2].Fields()) })
		for _, a := range anchors {
			if got := a.Info(); got.UserID != a.ID || got.GroupID != a.Group || got.Title != a.Title {
				t.Errorf("%s has the room %+v", a.ID, got)
			}
		}
	})
}

// twice sends the same request two times together; both must succeed.
func twice(c *client.Client, action string, f client.Fields) {
	c.T.Helper()
	client.Together(c.T, 2, func(int) error { return c.MustTry(action, f) })
}
