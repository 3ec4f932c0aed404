package cases

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// UnseenPushes run where a room is listed once the platform has told of its push.
func UnseenPushes(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{"XZB_LIST_REQUIRES_PUSH": "true"})
	t.Run("ChangeStatus lists nothing, a push does", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.MustBeHidden("on his word alone")
		a.GoOnline()
		a.MustBeHidden("on his word, twice")
		a.Like(1)
		a.Enter("viewer")
		client.NewPlatform(c).Push(a.Stream, "1", time.Now())
		a.MustBeListed("after a push event")
		a.GoOnline()
		a.MustBeListed("on both")
		a.MustHave("with what came before", 1, 1)
	})
	t.Run("a room that nobody pushes to is not in the list's total", func(t *testing.T) {
		c := client.New(t, start(t, map[string]string{"XZB_LIST_REQUIRES_PUSH": "true"}))
		for range 5 {
			c.OnlineAnchor()
		}
		if page := c.List(client.FlagLive, 1, 20); page.Total != 0 || len(page.Rows) != 0 {
			t.Errorf("%d rows of %d", len(page.Rows), page.Total)
		}
	})
	t.Run("ChangeStatus resumes what is still pushed", func(t *testing.T) {
		c := client.New(t, server)
		a, p := c.HiddenAnchor(), client.NewPlatform(c)
		p.Push(a.Stream, "1", time.Now())
		a.Like(2)
		first := a.Info().Timestamp
		a.GoOffline()
		a.MustBeHidden("after he left")
		a.GoOnline()
		a.MustBeListed("back, while the push goes on")
		a.MustHave("back", 2, 0)
		if got := a.Info().Timestamp; got != first {
			t.Errorf("the timestamp moved from %d to %d", first, got)
		}
		p.Interrupt(a.Stream, "1", time.Now())
		a.MustBeHidden("after the end of the push")
	})
	t.Run("after the end of a push only another one resumes the session", func(t *testing.T) {
		c := client.New(t, server)
		a, p := c.HiddenAnchor(), client.NewPlatform(c)
		p.Push(a.Stream, "1", time.Now())
		a.Like(1)
		p.Interrupt(a.Stream, "1", time.Now())
		a.GoOnline()
		a.MustBeHidden("on his word after the end of the push")
		p.Push(a.Stream, "1", time.Now())
		a.MustBeHidden("on a push that is over")
		p.Push(a.Stream, "2", time.Now())
		a.MustBeListed("after another push")
		a.MustHave("resumed", 1, 0)
	})
	t.Run("a new session needs a push of its own", func(t *testing.T) {
		c := client.New(t, server)
		a, p := c.HiddenAnchor(), client.NewPlatform(c)
		p.Push(a.Stream, "1", time.Now())
		a.RequestGroup(client.NewID("group"))
		a.GoOnline()
		a.MustBeHidden("with the push of the session before")
		p.Push(a.Stream, "2", time.Now())
		a.MustBeListed("after its own")
	})
	t.Run("it stays so over a restart", func(t *testing.T) {
		c := client.New(t, server)
		seen, unseen := c.HiddenAnchor(), c.OnlineAnchor()
		client.NewPlatform(c).Push(seen.Stream, "1", time.Now())
		server.Restart(t)
		seen.MustBeListed("over a restart")
		unseen.GoOnline()
		unseen.MustBeHidden("over a restart")
	})
}
