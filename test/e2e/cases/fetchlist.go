package cases

import (
	"fmt"
	"slices"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func FetchList(t *testing.T, server client.Server) {
	t.Run("a row carries what was sent", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("viewer")
		a.Like(2)
		rows := a.Listings()
		if len(rows) != 1 {
			t.Fatalf("listed as %+v", rows)
		}
		want := client.Row{
			UserID: a.ID, GroupID: a.Group, Timestamp: rows[0].Timestamp, Type: client.TypeLive, Viewers: 1, Likes: 2, Title: a.Title,
			User: client.UserInfo{
				Nickname: "nick of " + a.ID, HeadPic: "http://pic.example/" + a.ID + ".png", FrontCover: "http://cover.example/" + a.ID + ".png", Location: "深圳",
			},
			Status: client.StatusIsOnline, Desc: "desc of " + a.ID,
		}
		if got := rows[0].Lasting(); got != want {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
		client.MustBeNow(t, rows[0].Timestamp)
		if got := a.Info().Lasting(); got != want {
			t.Errorf("GetUserInfo: got %+v\nwant %+v", got, want)
		}
	})
	t.Run("flag 1 has rooms that are online and nothing else", func(t *testing.T) {
		c := client.New(t, server)
		hidden, online, ended := c.HiddenAnchor(), c.OnlineAnchor(), c.OnlineAnchor()
		ended.GoOffline()
		recorded := c.OnlineAnchor()
		client.NewPlatform(c).Recorded(client.NewRecording(recorded.Stream, "flv"))
		rows := c.Everything(client.FlagLive)
		for _, r := range rows {
			if r.Type != client.TypeLive || r.Status != client.StatusIsOnline {
				t.Errorf("it has %+v", r)
			}
		}
		mustList(t, rows, online.ID, recorded.ID)
		mustNotList(t, rows, hidden.ID, ended.ID)
		mustBeOrdered(t, rows)
	})
	t.Run("flag 2 has recordings and nothing else", func(t *testing.T) {
		c := client.New(t, server)
		online, recorded := c.OnlineAnchor(), c.OnlineAnchor()
		client.NewPlatform(c).Recorded(client.NewRecording(recorded.Stream, "flv"))
		rows := c.Everything(client.FlagRecorded)
		for _, r := range rows {
			if r.Type != client.TypeRecorded {
				t.Errorf("it has %+v", r)
			}
		}
		mustList(t, rows, recorded.ID)
		mustNotList(t, rows, online.ID)
		mustBeOrdered(t, rows)
	})
	t.Run("pageno 0 means 1", func(t *testing.T) {
		c := client.New(t, server)
		c.OnlineAnchor()
		c.OnlineAnchor()
		zero, one := c.List(client.FlagLive, 0, 2), c.List(client.FlagLive, 1, 2)
		if !slices.Equal(ids(zero.Rows), ids(one.Rows)) || zero.Total != one.Total || len(one.Rows) != 2 {
			t.Errorf("page 0 has %v, page 1 has %v", ids(zero.Rows), ids(one.Rows))
		}
	})
	t.Run("negative page numbers and sizes are 1000", func(t *testing.T) {
		c := client.New(t, server)
		for _, value := range []any{-1, "-1", -2147483648} {
			refusedFor(t, c, "FetchList", client.Fields{"flag": 1, "pageno": value, "pagesize": 1}, "pageno")
			refusedFor(t, c, "FetchList", client.Fields{"flag": 1, "pageno": 1, "pagesize": value}, "pagesize")
		}
	})
	t.Run("a page past the end is empty and tells the true total", func(t *testing.T) {
		c := client.New(t, server)
		c.OnlineAnchor()
		for _, flag := range []int{client.FlagLive, client.FlagRecorded, client.FlagBoth} {
			total := c.List(flag, 1, 1).Total
			for _, pageno := range []int{total + 1, total + 2, total + 1000000} {
				if p := c.List(flag, pageno, 1); len(p.Rows) != 0 || p.Total != total {
					t.Errorf("flag %d, page %d of %d: %d rows, total %d", flag, pageno, total, len(p.Rows), p.Total)
				}
			}
		}
	})
	t.Run("pages stay whole while rooms come and go", func(t *testing.T) { listWhileChanging(t, server) })
	t.Run("what was acknowledged is in the next page read", func(t *testing.T) {
		c := client.New(t, server)
		client.Together(t, 8, func(int) error { return readsItsOwnWrites(c) })
	})
}

// listWhileChanging reads pages while anchors go online and offline: each page fits its own total.
func listWhileChanging(t *testing.T, server client.Server) {
	c := client.New(t, server)
	var anchors []*client.Anchor
	for range 12 {
		anchors = append(anchors, c.OnlineAnchor())
	}
	const writers, readers, rounds = 4, 4, 25
	client.Together(t, writers+readers, func(i int) error {
		for round := range rounds {
			if i < writers {
				a := anchors[(i*rounds+round)%len(anchors)]
				if err := c.MustTry("ChangeStatus", client.Fields{"userid": a.ID, "status": round % 2}); err != nil {
					return err
				}
				continue
			}
			for _, pagesize := range []int{1, 5, 100} {
				if err := checkPage(c, client.FlagLive+2*(round%2), 1+round%3, pagesize); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// checkPage checks that a page is as full as its total says, without doubles and in order.
func checkPage(c *client.Client, flag, pageno, pagesize int) error {
	p, err := c.TryList(flag, pageno, pagesize)
	if err != nil {
		return err
	}
	want := min(pagesize, max(0, p.Total-(pageno-1)*pagesize))
	if len(p.Rows) != want {
		return fmt.Errorf("flag %d, page %d of size %d: %d rows with total %d, want %d",
			flag, pageno, pagesize, len(p.Rows), p.Total, want)
	}
	return client.CheckOrder(p.Rows)
}

// readsItsOwnWrites changes a room and looks for it at once.
func readsItsOwnWrites(c *client.Client) error {
	a := c.NewAnchor()
	if err := c.MustTry("RequestLVBAddr", a.Fields()); err != nil {
		return err
	}
	for status := range 2 {
		for range 5 {
			if err := c.MustTry("ChangeStatus", client.Fields{"userid": a.ID, "status": status}); err != nil {
				return err
			}
			r, err := c.Try("GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
			if err != nil {
				return err
			}
			got, err := client.ParseRow(r.Data)
			if err != nil {
				return err
			}
			if want := []string{client.StatusIsOnline, client.StatusOffline}[status]; got.Status != want {
				return fmt.Errorf("right after ChangeStatus %d the room's status is %q, want %q", status, got.Status, want)
			}
		}
		// He is among the newest, and so on the first page.
		p, err := c.TryList(client.FlagLive, 1, client.MostRows)
		if err != nil {
			return err
		}
		if listed, want := slices.Contains(ids(p.Rows), a.ID), status == 0; listed != want {
			return fmt.Errorf("right after ChangeStatus %d the room is listed: %v, want %v", status, listed, want)
		}
	}
	return nil
}

// ids are the user ids of rows, in their order.
func ids(rows []client.Row) []string {
	ids := []string{}
	for _, r := range rows {
		ids = append(ids, r.UserID)
	}
	return ids
}

func mustList(t *testing.T, rows []client.Row, users ...string) {
	t.Helper()
	for _, user := range users {
		if !slices.Contains(ids(rows), user) {
			t.Errorf("%s is not in the list", user)
		}
	}
}

func mustNotList(t *testing.T, rows []client.Row, users ...string) {
	t.Helper()
	for _, user := range users {
		if slices.Contains(ids(rows), user) {
			t.Errorf("%s is in the list", user)
		}
	}
}

func mustBeOrdered(t *testing.T, rows []client.Row) {
	t.Helper()
	if err := client.CheckOrder(rows); err != nil {
		t.Error(err)
	}
}
