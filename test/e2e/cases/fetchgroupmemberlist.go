package cases

import (
	"fmt"
	"slices"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func FetchGroupMemberList(t *testing.T, server client.Server) {
	t.Run("an empty room has an empty list", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		if m := a.Members(); m.Total != 0 || len(m.List) != 0 {
			t.Errorf("got %+v", m)
		}
	})
	t.Run("an unknown room has an empty list", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("viewer")
		for _, unknown := range []struct{ user, group string }{
			{client.NewID("nobody"), a.Group}, {client.NewID("nobody"), client.NewID("group")}, {a.ID, client.NewID("group")}, {a.Group, a.ID},
		} {
			if m := c.MembersOf(unknown.user, unknown.group, 1, 10); m.Total != 0 || len(m.List) != 0 {
				t.Errorf("%+v: got %+v", unknown, m)
			}
		}
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": a.Group, "type": 0})
	})
	t.Run("the oldest come first", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		entered := []string{"m", "z", "a", "Z", "中", "b", "1"}
		a.Enter(entered...)
		a.MustHaveMembers("in order of entering", entered...)
	})
	t.Run("pages have no gaps, doubles or moves", func(t *testing.T) { memberPages(t, server) })
	t.Run("page 0 is the first, size 0 is 20 and more than 100 is 100", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		const viewers = 105
		client.Together(t, viewers, func(i int) error { return c.MustTry("EnterGroup", a.EnterFields(fmt.Sprint("viewer", i))) })
		all := append(c.MembersOf(a.ID, a.Group, 1, 100).IDs(), c.MembersOf(a.ID, a.Group, 2, 100).IDs()...)
		if len(all) != viewers {
			t.Fatalf("two pages of 100 have %d members, want %d", len(all), viewers)
		}
		for _, page := range []struct {
			pageno, pagesize any
			want             []string
		}{
			{0, 10, all[:10]}, {1, 10, all[:10]}, {"0", "0", all[:20]}, {2, 0, all[20:40]}, {1, 101, all[:100]},
			{2, 1000, all[100:]}, {11, 10, all[100:]}, {6, 21, nil}, {5, 21, all[84:]}, {1, 2147483647, all[:100]},
		} {
			m := c.MembersOf(a.ID, a.Group, page.pageno, page.pagesize)
			if !slices.Equal(m.IDs(), append([]string{}, page.want...)) || m.Total != viewers {
				t.Errorf("page %v of size %v: %v, total %d, want %v", page.pageno, page.pagesize, m.IDs(), m.Total, page.want)
			}
		}
	})
	t.Run("a page past the end is empty and tells the true total", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("first", "second", "third", "fourth")
		for _, pageno := range []int{3, 4, 1000000} {
			if m := c.MembersOf(a.ID, a.Group, pageno, 2); m.Total != 4 || len(m.List) != 0 {
				t.Errorf("page %d: %+v", pageno, m)
			}
		}
	})
	t.Run("negative page numbers and sizes are 1000", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		f := client.Fields{"liveuserid": a.ID, "groupid": a.Group, "pageno": 1, "pagesize": 1}
		for _, value := range []any{-1, "-1"} {
			refusedFor(t, c, "FetchGroupMemberList", f.With("pageno", value), "pageno")
			refusedFor(t, c, "FetchGroupMemberList", f.With("pagesize", value), "pagesize")
		}
	})
}

// memberPages pages through a room while more viewers come in: nobody already there moves.
func memberPages(t *testing.T, server client.Server) {
	c := client.New(t, server)
	a := c.OnlineAnchor()
	var entered []string
	arrive := func(n int) {
		t.Helper()
		for range n {
			viewer := client.NewID("viewer")
			a.Enter(viewer)
			entered = append(entered, viewer)
		}
	}
	arrive(9)
	const size = 3
	var got []string
	for pageno := 1; ; pageno++ {
		m := c.MembersOf(a.ID, a.Group, pageno, size)
		if len(m.List) == 0 {
			break
		}
		got = append(got, m.IDs()...)
		if len(got) > m.Total {
			t.Fatalf("%d pages have %d members already, total %d", pageno, len(got), m.Total)
		}
		if m.Total != len(entered) {
			t.Errorf("page %d: total %d, want %d", pageno, m.Total, len(entered))
		}
		if pageno <= 2 {
			arrive(3)
			a.Enter(entered[0], entered[4]) // they are there already
		}
	}
	if !slices.Equal(got, entered) {
		t.Errorf("paged through %v, want %v", got, entered)
	}
}
