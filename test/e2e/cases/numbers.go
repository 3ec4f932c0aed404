package cases

import (
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func Numbers(t *testing.T, server client.Server) {
	t.Run("integers may be numeric strings", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		c.Must("ChangeStatus", client.Fields{"userid": a.ID, "status": "0"})
		a.MustBeListed(`after status "0"`)
		c.Must("ChangeCount", client.Fields{"userid": a.ID, "type": "1", "optype": "0", "flag": "0", "fileid": ""})
		c.Must("EnterGroup", a.EnterFields("viewer").With("flag", "0"))
		a.MustHave("after a like and an entry", 1, 1)
		if m := c.MembersOf(a.ID, a.Group, "1", "10"); m.Total != 1 {
			t.Errorf("%d members, want 1", m.Total)
		}
		c.Must("GetUserInfo", client.Fields{"userid": a.ID, "type": "0"})
		if p := c.List("1", "1", "1"); len(p.Rows) != 1 {
			t.Errorf("%d rows, want 1", len(p.Rows))
		}
		c.Must("QuitGroup", a.QuitFields("viewer").With("flag", "0"))
		c.Must("ChangeCount", client.Fields{"userid": a.ID, "type": "1", "optype": "1", "flag": "0", "fileid": ""})
		a.MustHave("after both were taken back", 0, 0)
		c.Must("ChangeStatus", client.Fields{"userid": a.ID, "status": "1"})
		a.MustBeHidden(`after status "1"`)
	})
	t.Run("a userid may be a number", func(t *testing.T) {
		c := client.New(t, server)
		id := digits()
		a := c.AnchorNamed(id)
		a.RequestWith(a.Fields().With("userid", client.Number(id)))
		c.Must("ChangeStatus", client.Fields{"userid": client.Number(id), "status": 0})
		a.MustBeListed("by a number")
		c.Must("ChangeCount", a.LikeFields().With("userid", client.Number(id)))
		viewer := digits()
		c.Must("EnterGroup", a.EnterFields(viewer).With("userid", client.Number(viewer)))
		a.MustHaveMembers("a viewer by a number", viewer)
		a.MustHave("a like by a number", 1, 1)
		if got := c.RowOf(c.Must("GetUserInfo", client.Fields{"userid": client.Number(id), "type": 0})).UserID; got != id {
			t.Errorf("got userid %s, want %s", got, id)
		}
		c.Must("QuitGroup", a.QuitFields(viewer).With("userid", client.Number(viewer)))
		a.MustHaveMembers("after quitting by a number")
	})
	t.Run("long numeric userids stay exact", func(t *testing.T) {
		c := client.New(t, server)
		prefix := digits() // too long for a float64 together with what follows
		for _, last := range []string{"9007199254740992", "9007199254740993", "9007199254740994"} {
			a := c.AnchorNamed(prefix + last)
			a.RequestWith(a.Fields().With("userid", client.Number(a.ID)))
			if got := a.Info(); got.UserID != a.ID || got.Title != a.Title {
				t.Errorf("%s became %s, %s", a.ID, got.UserID, got.Title)
			}
		}
	})
	t.Run("page numbers near the end of their range are past the end", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("viewer")
		for _, pageno := range []any{client.Number("2147483647"), "2147483647", client.Number("21474837")} {
			if p := c.List(client.FlagBoth, pageno, client.MostRows); len(p.Rows) != 0 || p.Total == 0 {
				t.Errorf("page %v: %d rows, total %d", pageno, len(p.Rows), p.Total)
			}
			if m := c.MembersOf(a.ID, a.Group, pageno, client.MostRows); len(m.List) != 0 || m.Total != 1 {
				t.Errorf("page %v: %d members, total %d", pageno, len(m.List), m.Total)
			}
		}
	})
	t.Run("integers beyond int32 give no rows of another page", func(t *testing.T) {
		c := client.New(t, server)
		c.OnlineAnchor()
		for _, pageno := range []string{"4294967297", "9223372036854775807", "18446744073709551617", "1" + digits() + digits()} {
			r := c.Do("FetchList", client.Fields{"flag": 1, "pageno": client.Number(pageno), "pagesize": 1})
			if r.Code == client.CodeBadParameter {
				continue
			}
			p, err := client.ParsePage(r)
			if err != nil || r.Code != client.CodeDone || len(p.Rows) != 0 {
				t.Errorf("page %s: got %d, %v with %d rows", pageno, r.Code, err, len(p.Rows))
			}
		}
	})
	t.Run("timestamps are whole seconds of now", func(t *testing.T) {
		c := client.New(t, server)
		a := c.NewAnchor()
		client.MustBeNow(t, a.Request().Timestamp)
		a.GoOnline()
		client.MustBeNow(t, a.Info().Timestamp)
	})
}

// digits is a numeric id no other case uses.
func digits() string {
	id := []byte(client.NewID("1"))
	for i, b := range id {
		if b < '0' || b > '9' {
			id[i] = '0' + b%10
		}
	}
	return string(id)
}
