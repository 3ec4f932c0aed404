package e2e

import (
	"testing"
	"time"
)

func countCases(t *testing.T, server Server) {
	t.Run("a like adds one and taking it back removes one", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.like(3)
		a.mustHave("after three likes", 3, 0)
		unlike(a)
		a.mustHave("after taking one back", 2, 0)
		if rows := a.listings(); len(rows) != 1 || rows[0].Likes != 2 {
			t.Errorf("the list has %+v, want 2 likes", rows)
		}
	})
	t.Run("the reply has no data", func(t *testing.T) {
		c := newClient(t, server)
		if r := c.must("ChangeCount", c.onlineAnchor().likeFields()); len(r.Data) != 0 {
			t.Errorf("returnData %v, want {}", r.Data)
		}
	})
	t.Run("a count never goes below zero", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		unlike(a)
		unlike(a)
		a.mustHave("taken back from nothing", 0, 0)
		a.like(1)
		a.mustHave("and then one like", 1, 0)
	})
	t.Run("type 0 is accepted and changes nothing", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.like(1)
		a.enter("viewer")
		for _, optype := range []int{0, 1, 0, 0} {
			c.must("ChangeCount", a.likeFields().with("type", 0).with("optype", optype))
		}
		a.mustHave("after type 0", 1, 1)
	})
	t.Run("flag 0 counts on a room that is not online", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		a.like(1)
		a.mustHave("hidden", 1, 0)
		a.goOnline()
		a.goOffline()
		a.like(1)
		a.mustHave("ended", 2, 0)
		a.mustBeHidden("after being liked")
	})
	t.Run("unknown users and recordings are 2003 and are not created", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		like := a.likeFields()
		c.refuses(codeNotFound, "ChangeCount", like)
		c.refuses(codeNotFound, "ChangeCount", like.with("optype", 1))
		c.refuses(codeNotFound, "ChangeCount", like.with("flag", 1).with("fileid", newID("file")))
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": a.id, "type": 0})
		a.request()
		a.mustHave("requested afterwards", 0, 0)
		c.refuses(codeNotFound, "ChangeCount", like.with("flag", 1).with("fileid", newID("file")))
		a.mustHave("after a like for no recording", 0, 0)
	})
	t.Run("likes of different anchors do not mix", func(t *testing.T) {
		c := newClient(t, server)
		one, two := c.onlineAnchor(), c.onlineAnchor()
		one.like(2)
		two.like(1)
		one.mustHave("the first", 2, 0)
		two.mustHave("the second", 1, 0)
	})
	t.Run("a thousand concurrent likes count a thousand", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		together(t, 1000, func(int) error { return c.mustTry("ChangeCount", a.likeFields()) })
		a.mustHave("a thousand likes at once", 1000, 0)
		// Given and taken back at once: from a thousand no limit is met, so the sum is exact.
		together(t, 200, func(i int) error {
			return c.mustTry("ChangeCount", a.likeFields().with("optype", i%2))
		})
		a.mustHave("as many given as taken back", 1000, 0)
	})
	t.Run("concurrent likes taken back end at zero", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.like(10)
		stop := make(chan struct{})
		watched := make(chan error, 1)
		go func() { watched <- watchCount(c, a, stop) }()
		together(t, 100, func(int) error { return c.mustTry("ChangeCount", a.likeFields().with("optype", 1)) })
		close(stop)
		if err := <-watched; err != nil {
			t.Error(err)
		}
		a.mustHave("more taken back than given", 0, 0)
	})
}

func unlike(a *anchor) {
	a.c.t.Helper()
	a.c.must("ChangeCount", a.likeFields().with("optype", 1))
}

// watchCount reads the row until stop: every read checks that no count is below zero.
func watchCount(c *client, a *anchor, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		case <-time.After(5 * time.Millisecond):
		}
		r, err := c.try("GetUserInfo", fields{"userid": a.id, "type": 0})
		if err != nil {
			return err
		}
		if _, err := parseRow(r.Data); err != nil {
			return err
		}
	}
}
