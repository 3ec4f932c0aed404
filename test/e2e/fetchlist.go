package e2e

import (
	"fmt"
	"slices"
	"testing"
)

func listCases(t *testing.T, server Server) {
	t.Run("a row carries what was sent", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("viewer")
		a.like(2)
		rows := a.listings()
		if len(rows) != 1 {
			t.Fatalf("listed as %+v", rows)
		}
		want := row{
			UserID: a.id, GroupID: a.group, Timestamp: rows[0].Timestamp, Type: typeLive, Viewers: 1, Likes: 2, Title: a.title,
			User: userInfo{
				Nickname: "nick of " + a.id, HeadPic: "http://pic.example/" + a.id + ".png", FrontCover: "http://cover.example/" + a.id + ".png", Location: "深圳",
			},
			Status: statusIsOnline, Desc: "desc of " + a.id,
		}
		if got := rows[0].lasting(); got != want {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
		mustBeNow(t, rows[0].Timestamp)
		if got := a.info().lasting(); got != want {
			t.Errorf("GetUserInfo: got %+v\nwant %+v", got, want)
		}
	})
	t.Run("flag 1 has rooms that are online and nothing else", func(t *testing.T) {
		c := newClient(t, server)
		hidden, online, ended := c.hiddenAnchor(), c.onlineAnchor(), c.onlineAnchor()
		ended.goOffline()
		recorded := c.onlineAnchor()
		newPlatform(c).recorded(newRecording(recorded.stream, "flv"))
		rows := c.everything(flagLive)
		for _, r := range rows {
			if r.Type != typeLive || r.Status != statusIsOnline {
				t.Errorf("it has %+v", r)
			}
		}
		mustList(t, rows, online.id, recorded.id)
		mustNotList(t, rows, hidden.id, ended.id)
		mustBeOrdered(t, rows)
	})
	t.Run("flag 2 has recordings and nothing else", func(t *testing.T) {
		c := newClient(t, server)
		online, recorded := c.onlineAnchor(), c.onlineAnchor()
		newPlatform(c).recorded(newRecording(recorded.stream, "flv"))
		rows := c.everything(flagRecorded)
		for _, r := range rows {
			if r.Type != typeRecorded {
				t.Errorf("it has %+v", r)
			}
		}
		mustList(t, rows, recorded.id)
		mustNotList(t, rows, online.id)
		mustBeOrdered(t, rows)
	})
	t.Run("pageno 0 means 1", func(t *testing.T) {
		c := newClient(t, server)
		c.onlineAnchor()
		c.onlineAnchor()
		zero, one := c.list(flagLive, 0, 2), c.list(flagLive, 1, 2)
		if !slices.Equal(ids(zero.Rows), ids(one.Rows)) || zero.Total != one.Total || len(one.Rows) != 2 {
			t.Errorf("page 0 has %v, page 1 has %v", ids(zero.Rows), ids(one.Rows))
		}
	})
	t.Run("negative page numbers and sizes are 1000", func(t *testing.T) {
		c := newClient(t, server)
		for _, value := range []any{-1, "-1", -2147483648} {
			refusedFor(t, c, "FetchList", fields{"flag": 1, "pageno": value, "pagesize": 1}, "pageno")
			refusedFor(t, c, "FetchList", fields{"flag": 1, "pageno": 1, "pagesize": value}, "pagesize")
		}
	})
	t.Run("a page past the end is empty and tells the true total", func(t *testing.T) {
		c := newClient(t, server)
		c.onlineAnchor()
		for _, flag := range []int{flagLive, flagRecorded, flagBoth} {
			total := c.list(flag, 1, 1).Total
			for _, pageno := range []int{total + 1, total + 2, total + 1000000} {
				if p := c.list(flag, pageno, 1); len(p.Rows) != 0 || p.Total != total {
					t.Errorf("flag %d, page %d of %d: %d rows, total %d", flag, pageno, total, len(p.Rows), p.Total)
				}
			}
		}
	})
	t.Run("pages stay whole while rooms come and go", func(t *testing.T) { listWhileChanging(t, server) })
	t.Run("what was acknowledged is in the next page read", func(t *testing.T) {
		c := newClient(t, server)
		together(t, 8, func(int) error { return readsItsOwnWrites(c) })
	})
}

// listWhileChanging reads pages while anchors go online and offline: each page fits its own total.
func listWhileChanging(t *testing.T, server Server) {
	c := newClient(t, server)
	var anchors []*anchor
	for range 12 {
		anchors = append(anchors, c.onlineAnchor())
	}
	const writers, readers, rounds = 4, 4, 25
	together(t, writers+readers, func(i int) error {
		for round := range rounds {
			if i < writers {
				a := anchors[(i*rounds+round)%len(anchors)]
				if err := c.mustTry("ChangeStatus", fields{"userid": a.id, "status": round % 2}); err != nil {
					return err
				}
				continue
			}
			for _, pagesize := range []int{1, 5, 100} {
				if err := checkPage(c, flagLive+2*(round%2), 1+round%3, pagesize); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// checkPage checks that a page is as full as its total says, without doubles and in order.
func checkPage(c *client, flag, pageno, pagesize int) error {
	p, err := c.tryList(flag, pageno, pagesize)
	if err != nil {
		return err
	}
	want := min(pagesize, max(0, p.Total-(pageno-1)*pagesize))
	if len(p.Rows) != want {
		return fmt.Errorf("flag %d, page %d of size %d: %d rows with total %d, want %d",
			flag, pageno, pagesize, len(p.Rows), p.Total, want)
	}
	return checkOrder(p.Rows)
}

// readsItsOwnWrites changes a room and looks for it at once.
func readsItsOwnWrites(c *client) error {
	a := c.newAnchor()
	if err := c.mustTry("RequestLVBAddr", a.fields()); err != nil {
		return err
	}
	for status := range 2 {
		for range 5 {
			if err := c.mustTry("ChangeStatus", fields{"userid": a.id, "status": status}); err != nil {
				return err
			}
			r, err := c.try("GetUserInfo", fields{"userid": a.id, "type": 0})
			if err != nil {
				return err
			}
			got, err := parseRow(r.Data)
			if err != nil {
				return err
			}
			if want := []string{statusIsOnline, statusOffline}[status]; got.Status != want {
				return fmt.Errorf("right after ChangeStatus %d the room's status is %q, want %q", status, got.Status, want)
			}
		}
		// He is among the newest, and so on the first page.
		p, err := c.tryList(flagLive, 1, mostRows)
		if err != nil {
			return err
		}
		if listed, want := slices.Contains(ids(p.Rows), a.id), status == 0; listed != want {
			return fmt.Errorf("right after ChangeStatus %d the room is listed: %v, want %v", status, listed, want)
		}
	}
	return nil
}

// ids are the user ids of rows, in their order.
func ids(rows []row) []string {
	ids := []string{}
	for _, r := range rows {
		ids = append(ids, r.UserID)
	}
	return ids
}

func mustList(t *testing.T, rows []row, users ...string) {
	t.Helper()
	for _, user := range users {
		if !slices.Contains(ids(rows), user) {
			t.Errorf("%s is not in the list", user)
		}
	}
}

func mustNotList(t *testing.T, rows []row, users ...string) {
	t.Helper()
	for _, user := range users {
		if slices.Contains(ids(rows), user) {
			t.Errorf("%s is in the list", user)
		}
	}
}

func mustBeOrdered(t *testing.T, rows []row) {
	t.Helper()
	if err := checkOrder(rows); err != nil {
		t.Error(err)
	}
}
