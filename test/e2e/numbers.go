package e2e

import (
	"testing"
)

func numberCases(t *testing.T, server Server) {
	t.Run("integers may be numeric strings", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		c.must("ChangeStatus", fields{"userid": a.id, "status": "0"})
		a.mustBeListed(`after status "0"`)
		c.must("ChangeCount", fields{"userid": a.id, "type": "1", "optype": "0", "flag": "0", "fileid": ""})
		c.must("EnterGroup", a.enterFields("viewer").with("flag", "0"))
		a.mustHave("after a like and an entry", 1, 1)
		if m := c.membersOf(a.id, a.group, "1", "10"); m.Total != 1 {
			t.Errorf("%d members, want 1", m.Total)
		}
		c.must("GetUserInfo", fields{"userid": a.id, "type": "0"})
		if p := c.list("1", "1", "1"); len(p.Rows) != 1 {
			t.Errorf("%d rows, want 1", len(p.Rows))
		}
		c.must("QuitGroup", a.quitFields("viewer").with("flag", "0"))
		c.must("ChangeCount", fields{"userid": a.id, "type": "1", "optype": "1", "flag": "0", "fileid": ""})
		a.mustHave("after both were taken back", 0, 0)
		c.must("ChangeStatus", fields{"userid": a.id, "status": "1"})
		a.mustBeHidden(`after status "1"`)
	})
	t.Run("a userid may be a number", func(t *testing.T) {
		c := newClient(t, server)
		id := digits()
		a := c.anchorNamed(id)
		a.requestWith(a.fields().with("userid", number(id)))
		c.must("ChangeStatus", fields{"userid": number(id), "status": 0})
		a.mustBeListed("by a number")
		c.must("ChangeCount", a.likeFields().with("userid", number(id)))
		viewer := digits()
		c.must("EnterGroup", a.enterFields(viewer).with("userid", number(viewer)))
		a.mustHaveMembers("a viewer by a number", viewer)
		a.mustHave("a like by a number", 1, 1)
		if got := c.rowOf(c.must("GetUserInfo", fields{"userid": number(id), "type": 0})).UserID; got != id {
			t.Errorf("got userid %s, want %s", got, id)
		}
		c.must("QuitGroup", a.quitFields(viewer).with("userid", number(viewer)))
		a.mustHaveMembers("after quitting by a number")
	})
	t.Run("long numeric userids stay exact", func(t *testing.T) {
		c := newClient(t, server)
		prefix := digits() // too long for a float64 together with what follows
		for _, last := range []string{"9007199254740992", "9007199254740993", "9007199254740994"} {
			a := c.anchorNamed(prefix + last)
			a.requestWith(a.fields().with("userid", number(a.id)))
			if got := a.info(); got.UserID != a.id || got.Title != a.title {
				t.Errorf("%s became %s, %s", a.id, got.UserID, got.Title)
			}
		}
	})
	t.Run("page numbers near the end of their range are past the end", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("viewer")
		for _, pageno := range []any{number("2147483647"), "2147483647", number("21474837")} {
			if p := c.list(flagBoth, pageno, mostRows); len(p.Rows) != 0 || p.Total == 0 {
				t.Errorf("page %v: %d rows, total %d", pageno, len(p.Rows), p.Total)
			}
			if m := c.membersOf(a.id, a.group, pageno, mostRows); len(m.List) != 0 || m.Total != 1 {
				t.Errorf("page %v: %d members, total %d", pageno, len(m.List), m.Total)
			}
		}
	})
	t.Run("integers beyond int32 give no rows of another page", func(t *testing.T) {
		c := newClient(t, server)
		c.onlineAnchor()
		for _, pageno := range []string{"4294967297", "9223372036854775807", "18446744073709551617", "1" + digits() + digits()} {
			r := c.do("FetchList", fields{"flag": 1, "pageno": number(pageno), "pagesize": 1})
			if r.Code == codeBadParameter {
				continue
			}
			p, err := parsePage(r)
			if err != nil || r.Code != codeDone || len(p.Rows) != 0 {
				t.Errorf("page %s: got %d, %v with %d rows", pageno, r.Code, err, len(p.Rows))
			}
		}
	})
	t.Run("timestamps are whole seconds of now", func(t *testing.T) {
		c := newClient(t, server)
		a := c.newAnchor()
		mustBeNow(t, a.request().Timestamp)
		a.goOnline()
		mustBeNow(t, a.info().Timestamp)
	})
}

// digits is a numeric id no other case uses.
func digits() string {
	id := []byte(newID("1"))
	for i, b := range id {
		if b < '0' || b > '9' {
			id[i] = '0' + b%10
		}
	}
	return string(id)
}
