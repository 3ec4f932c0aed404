package cases

import (
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func ChangeStatus(t *testing.T, server client.Server) {
	t.Run("0 lists the room and 1 takes it off", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		a.GoOnline()
		a.MustBeListed("after 0")
		a.GoOffline()
		a.MustBeHidden("after 1")
	})
	t.Run("the reply has no data", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		for _, status := range []int{0, 1} {
			if r := c.Must("ChangeStatus", client.Fields{"userid": a.ID, "status": status}); len(r.Data) != 0 {
				t.Errorf("returnData %v, want {}", r.Data)
			}
		}
	})
	t.Run("repeats succeed and change nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("viewer")
		a.Like(1)
		online := a.Info().Lasting()
		client.NextSecond()
		a.GoOnline()
		a.GoOnline()
		if got := a.Info().Lasting(); got != online {
			t.Errorf("after repeating 0: %+v, want %+v", got, online)
		}
		a.MustBeListed("after repeating 0")
		a.GoOffline()
		offline := a.Info().Lasting()
		a.GoOffline()
		if got := a.Info().Lasting(); got != offline {
			t.Errorf("after repeating 1: %+v, want %+v", got, offline)
		}
		a.MustBeHidden("after repeating 1")
	})
	t.Run("the timestamp is when the session first went online", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		a.Request()
		requested := a.Info().Timestamp
		client.MustBeNow(t, requested)
		client.NextSecond()
		if got := a.Info().Timestamp; got != requested {
			t.Errorf("still hidden: timestamp %d, want that of the request, %d", got, requested)
		}
		a.GoOnline()
		online := a.Info().Timestamp
		client.MustBeNow(t, online)
		if online <= requested {
			t.Errorf("online: timestamp %d, want later than that of the request, %d", online, requested)
		}
	})
	t.Run("0 after an end resumes the session in its place", func(t *testing.T) {
		c := client.New(t, server)
		prefix := client.NewID("anchor")
		// Within one second the higher id comes last; a timestamp that moved would bring it first.
		low, high := c.AnchorNamed(prefix+"-a"), c.AnchorNamed(prefix+"-b")
		for _, a := range []*client.Anchor{high, low} {
			a.Request()
			a.GoOnline()
		}
		before := order(c, prefix)
		high.Enter("viewer")
		high.Like(4)
		online := high.Info().Lasting()
		client.NextSecond()
		high.GoOffline()
		high.MustBeHidden("ended")
		high.GoOnline()
		high.MustBeListed("resumed")
		if got := high.Info().Lasting(); got != online {
			t.Errorf("resumed: %+v, want %+v", got, online)
		}
		high.MustHaveMembers("resumed", "viewer")
		if after := order(c, prefix); !slices.Equal(before, after) {
			t.Errorf("the list went from %v to %v", before, after)
		}
	})
	t.Run("an unknown user is 2003 and is not created", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		for _, status := range []int{0, 1, 0} {
			c.Refuses(client.CodeNotFound, "ChangeStatus", client.Fields{"userid": a.ID, "status": status})
		}
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
		if a.IsListed() {
			t.Error("it is in the list")
		}
		a.Request()
		a.MustBeHidden("requested afterwards")
	})
	t.Run("a refused status changes nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		c.Refuses(client.CodeBadChoice, "ChangeStatus", client.Fields{"userid": a.ID, "status": 2})
		c.Refuses(client.CodeBadParameter, "ChangeStatus", client.Fields{"userid": a.ID, "status": "off"})
		a.MustBeListed("after refused statuses")
	})
	t.Run("many changes at once end as the last one says", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		client.Together(t, 20, func(i int) error {
			return c.MustTry("ChangeStatus", client.Fields{"userid": a.ID, "status": i % 2})
		})
		a.GoOnline()
		a.MustBeListed("after a final 0")
		a.GoOffline()
		a.MustBeHidden("after a final 1")
	})
}

// order is the order in which the users whose id begins with prefix are listed.
func order(c *client.Client, prefix string) []string {
	c.T.Helper()
	var ids []string
	for _, r := range c.Rows(client.FlagLive, func(r client.Row) bool { return strings.HasPrefix(r.UserID, prefix) }) {
		ids = append(ids, r.UserID)
	}
	return ids
}
