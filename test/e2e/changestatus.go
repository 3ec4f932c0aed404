package e2e

import (
	"slices"
	"strings"
	"testing"
)

func statusCases(t *testing.T, server Server) {
	t.Run("0 lists the room and 1 takes it off", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		a.goOnline()
		a.mustBeListed("after 0")
		a.goOffline()
		a.mustBeHidden("after 1")
	})
	t.Run("the reply has no data", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		for _, status := range []int{0, 1} {
			if r := c.must("ChangeStatus", fields{"userid": a.id, "status": status}); len(r.Data) != 0 {
				t.Errorf("returnData %v, want {}", r.Data)
			}
		}
	})
	t.Run("repeats succeed and change nothing", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("viewer")
		a.like(1)
		online := a.info().lasting()
		nextSecond()
		a.goOnline()
		a.goOnline()
		if got := a.info().lasting(); got != online {
			t.Errorf("after repeating 0: %+v, want %+v", got, online)
		}
		a.mustBeListed("after repeating 0")
		a.goOffline()
		offline := a.info().lasting()
		a.goOffline()
		if got := a.info().lasting(); got != offline {
			t.Errorf("after repeating 1: %+v, want %+v", got, offline)
		}
		a.mustBeHidden("after repeating 1")
	})
	t.Run("the timestamp is when the session first went online", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		a.request()
		requested := a.info().Timestamp
		mustBeNow(t, requested)
		nextSecond()
		if got := a.info().Timestamp; got != requested {
			t.Errorf("still hidden: timestamp %d, want that of the request, %d", got, requested)
		}
		a.goOnline()
		online := a.info().Timestamp
		mustBeNow(t, online)
		if online <= requested {
			t.Errorf("online: timestamp %d, want later than that of the request, %d", online, requested)
		}
	})
	t.Run("0 after an end resumes the session in its place", func(t *testing.T) {
		c := newClient(t, server)
		prefix := newID("anchor")
		// Within one second the higher id comes last; a timestamp that moved would bring it first.
		low, high := c.anchorNamed(prefix+"-a"), c.anchorNamed(prefix+"-b")
		for _, a := range []*anchor{high, low} {
			a.request()
			a.goOnline()
		}
		before := order(c, prefix)
		high.enter("viewer")
		high.like(4)
		online := high.info().lasting()
		nextSecond()
		high.goOffline()
		high.mustBeHidden("ended")
		high.goOnline()
		high.mustBeListed("resumed")
		if got := high.info().lasting(); got != online {
			t.Errorf("resumed: %+v, want %+v", got, online)
		}
		high.mustHaveMembers("resumed", "viewer")
		if after := order(c, prefix); !slices.Equal(before, after) {
			t.Errorf("the list went from %v to %v", before, after)
		}
	})
	t.Run("an unknown user is 2003 and is not created", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		for _, status := range []int{0, 1, 0} {
			c.refuses(codeNotFound, "ChangeStatus", fields{"userid": a.id, "status": status})
		}
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 0})
		if a.isListed() {
			t.Error("it is in the list")
		}
		a.request()
		a.mustBeHidden("requested afterwards")
	})
	t.Run("a refused status changes nothing", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		c.refuses(codeBadChoice, "ChangeStatus", fields{"userid": a.id, "status": 2})
		c.refuses(codeBadParameter, "ChangeStatus", fields{"userid": a.id, "status": "off"})
		a.mustBeListed("after refused statuses")
	})
	t.Run("many changes at once end as the last one says", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		together(t, 20, func(i int) error {
			return c.mustTry("ChangeStatus", fields{"userid": a.id, "status": i % 2})
		})
		a.goOnline()
		a.mustBeListed("after a final 0")
		a.goOffline()
		a.mustBeHidden("after a final 1")
	})
}

// order is the order in which the users whose id begins with prefix are listed.
func order(c *client, prefix string) []string {
	c.t.Helper()
	var ids []string
	for _, r := range c.rows(flagLive, func(r row) bool { return strings.HasPrefix(r.UserID, prefix) }) {
		ids = append(ids, r.UserID)
	}
	return ids
}
