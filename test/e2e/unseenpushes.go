package e2e

import (
	"testing"
	"time"
)

// unseenPushCases run where a room is listed once the platform has told of its push.
func unseenPushCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{"XZB_LIST_REQUIRES_PUSH": "true"})
	t.Run("ChangeStatus lists nothing, a push does", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.mustBeHidden("on his word alone")
		a.goOnline()
		a.mustBeHidden("on his word, twice")
		a.like(1)
		a.enter("viewer")
		newPlatform(c).push(a.stream, "1", time.Now())
		a.mustBeListed("after a push event")
		a.goOnline()
		a.mustBeListed("on both")
		a.mustHave("with what came before", 1, 1)
	})
	t.Run("a room that nobody pushes to is not in the list's total", func(t *testing.T) {
		c := newClient(t, start(t, map[string]string{"XZB_LIST_REQUIRES_PUSH": "true"}))
		for range 5 {
			c.onlineAnchor()
		}
		if page := c.list(flagLive, 1, 20); page.Total != 0 || len(page.Rows) != 0 {
			t.Errorf("%d rows of %d", len(page.Rows), page.Total)
		}
	})
	t.Run("ChangeStatus resumes what is still pushed", func(t *testing.T) {
		c := newClient(t, server)
		a, p := c.hiddenAnchor(), newPlatform(c)
		p.push(a.stream, "1", time.Now())
		a.like(2)
		first := a.info().Timestamp
		a.goOffline()
		a.mustBeHidden("after he left")
		a.goOnline()
		a.mustBeListed("back, while the push goes on")
		a.mustHave("back", 2, 0)
		if got := a.info().Timestamp; got != first {
			t.Errorf("the timestamp moved from %d to %d", first, got)
		}
		p.interrupt(a.stream, "1", time.Now())
		a.mustBeHidden("after the end of the push")
	})
	t.Run("after the end of a push only another one resumes the session", func(t *testing.T) {
		c := newClient(t, server)
		a, p := c.hiddenAnchor(), newPlatform(c)
		p.push(a.stream, "1", time.Now())
		a.like(1)
		p.interrupt(a.stream, "1", time.Now())
		a.goOnline()
		a.mustBeHidden("on his word after the end of the push")
		p.push(a.stream, "1", time.Now())
		a.mustBeHidden("on a push that is over")
		p.push(a.stream, "2", time.Now())
		a.mustBeListed("after another push")
		a.mustHave("resumed", 1, 0)
	})
	t.Run("a new session needs a push of its own", func(t *testing.T) {
		c := newClient(t, server)
		a, p := c.hiddenAnchor(), newPlatform(c)
		p.push(a.stream, "1", time.Now())
		a.requestGroup(newID("group"))
		a.goOnline()
		a.mustBeHidden("with the push of the session before")
		p.push(a.stream, "2", time.Now())
		a.mustBeListed("after its own")
	})
	t.Run("it stays so over a restart", func(t *testing.T) {
		c := newClient(t, server)
		seen, unseen := c.hiddenAnchor(), c.onlineAnchor()
		newPlatform(c).push(seen.stream, "1", time.Now())
		server.Restart(t)
		seen.mustBeListed("over a restart")
		unseen.goOnline()
		unseen.mustBeHidden("over a restart")
	})
}
