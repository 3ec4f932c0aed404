package cases

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func ChangeCount(t *testing.T, server client.Server) {
	t.Run("a like adds one and taking it back removes one", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Like(3)
		a.MustHave("after three likes", 3, 0)
		Unlike(a)
		a.MustHave("after taking one back", 2, 0)
		if rows := a.Listings(); len(rows) != 1 || rows[0].Likes != 2 {
			t.Errorf("the list has %+v, want 2 likes", rows)
		}
	})
	t.Run("the reply has no data", func(t *testing.T) {
		c := client.New(t, server)
		if r := c.Must("ChangeCount", c.OnlineAnchor().LikeFields()); len(r.Data) != 0 {
			t.Errorf("returnData %v, want {}", r.Data)
		}
	})
	t.Run("a count never goes below zero", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		Unlike(a)
		Unlike(a)
		a.MustHave("taken back from nothing", 0, 0)
		a.Like(1)
		a.MustHave("and then one like", 1, 0)
	})
	t.Run("type 0 is accepted and changes nothing", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Like(1)
		a.Enter("viewer")
		for _, optype := range []int{0, 1, 0, 0} {
			c.Must("ChangeCount", a.LikeFields().With("type", 0).With("optype", optype))
		}
		a.MustHave("after type 0", 1, 1)
	})
	t.Run("flag 0 counts on a room that is not online", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		a.Like(1)
		a.MustHave("hidden", 1, 0)
		a.GoOnline()
		a.GoOffline()
		a.Like(1)
		a.MustHave("ended", 2, 0)
		a.MustBeHidden("after being liked")
	})
	t.Run("unknown users and recordings are 2003 and are not created", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		like := a.LikeFields()
		c.Refuses(client.CodeNotFound, "ChangeCount", like)
		c.Refuses(client.CodeNotFound, "ChangeCount", like.With("optype", 1))
		c.Refuses(client.CodeNotFound, "ChangeCount", like.With("flag", 1).With("fileid", client.NewID("file")))
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
		a.Request()
		a.MustHave("requested afterwards", 0, 0)
		c.Refuses(client.CodeNotFound, "ChangeCount", like.With("flag", 1).With("fileid", client.NewID("file")))
		a.MustHave("after a like for no recording", 0, 0)
	})
	t.Run("likes of different anchors do not mix", func(t *testing.T) {
		c := client.New(t, server)
		one, two := c.OnlineAnchor(), c.OnlineAnchor()
		one.Like(2)
		two.Like(1)
		one.MustHave("the first", 2, 0)
		two.MustHave("the second", 1, 0)
	})
	t.Run("a thousand concurrent likes count a thousand", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		client.Together(t, 1000, func(int) error { return c.MustTry("ChangeCount", a.LikeFields()) })
		a.MustHave("a thousand likes at once", 1000, 0)
		// Given and taken back at once: from a thousand no limit is met, so the sum is exact.
		client.Together(t, 200, func(i int) error {
			return c.MustTry("ChangeCount", a.LikeFields().With("optype", i%2))
		})
		a.MustHave("as many given as taken back", 1000, 0)
	})
	t.Run("concurrent likes taken back end at zero", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Like(10)
		stop := make(chan struct{})
		watched := make(chan error, 1)
		go func() { watched <- watchCount(c, a, stop) }()
		client.Together(t, 100, func(int) error { return c.MustTry("ChangeCount", a.LikeFields().With("optype", 1)) })
		close(stop)
		if err := <-watched; err != nil {
			t.Error(err)
		}
		a.MustHave("more taken back than given", 0, 0)
	})
}

func Unlike(a *client.Anchor) {
	a.C.T.Helper()
	a.C.Must("ChangeCount", a.LikeFields().With("optype", 1))
}

// watchCount reads the row until stop: every read checks that no count is below zero.
func watchCount(c *client.Client, a *client.Anchor, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		case <-time.After(5 * time.Millisecond):
		}
		r, err := c.Try("GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
		if err != nil {
			return err
		}
		if _, err := client.ParseRow(r.Data); err != nil {
			return err
		}
	}
}
