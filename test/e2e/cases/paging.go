package cases

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// How long the lists of the paging cases are: multiples of many page sizes, and more than one largest page.
const (
	liveRooms       = 60
	recordedStreams = 3
	recordedSlices  = 15
)

func Paging(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{})
	c := client.New(t, server)
	t.Run("a new server has empty lists", func(t *testing.T) {
		for _, flag := range []int{client.FlagLive, client.FlagRecorded, client.FlagBoth} {
			for pageno := range 3 {
				if p := c.On(t).List(flag, pageno, 10); p.Total != 0 || len(p.Rows) != 0 {
					t.Errorf("flag %d, page %d: %+v", flag, pageno, p)
				}
			}
		}
	})
	fill(c)
	want := map[int][]client.Row{
		client.FlagLive:     reference(c, client.FlagLive, liveRooms),
		client.FlagRecorded: reference(c, client.FlagRecorded, recordedStreams*recordedSlices),
	}
	want[client.FlagBoth] = append(slices.Clone(want[client.FlagLive]), want[client.FlagRecorded]...)
	for flag, rows := range want {
		for _, pagesize := range []int{1, 7, 15, 20, 59, 60, 61, 100} {
			t.Run(fmt.Sprintf("flag %d in pages of %d is whole", flag, pagesize), func(t *testing.T) {
				for name, habit := range habits {
					if got := habit(c.On(t), flag, pagesize); !slices.Equal(lasting(got), rows) {
						t.Errorf("paging %s: %d rows, want these %d", name, len(got), len(rows))
					}
				}
			})
		}
	}
	t.Run("page sizes are bounded", func(t *testing.T) {
		rows := want[client.FlagBoth]
		for _, page := range []struct {
			pageno, pagesize any
			want             []client.Row
		}{
			{1, 0, rows[:20]}, {"3", "0", rows[40:60]}, {0, 0, rows[:20]}, {1, 100, rows[:100]}, {1, 101, rows[:100]},
			{1, 2147483647, rows[:100]}, {2, 1000, rows[100:]}, {2, 104, rows[100:]}, {3, 30, rows[60:90]}, {2, 59, rows[59:]},
			{4, 35, nil},
		} {
			p := c.On(t).List(client.FlagBoth, page.pageno, page.pagesize)
			got := lasting(p.Rows)
			if !slices.Equal(got, page.want) || p.Total != len(rows) {
				t.Errorf("page %v of size %v: %d rows, total %d, want %d of %d",
					page.pageno, page.pagesize, len(got), p.Total, len(page.want), len(rows))
			}
		}
	})
	t.Run("a row that leaves moves the border by one", func(t *testing.T) {
		last := want[client.FlagLive][liveRooms-1]
		c := c.On(t)
		c.Must("ChangeStatus", client.Fields{"userid": last.UserID, "status": 1})
		p := c.List(client.FlagBoth, 3, 20)
		rows := append(slices.Clone(want[client.FlagLive][40:59]), want[client.FlagRecorded][0])
		if got := lasting(p.Rows); !slices.Equal(got, rows) || p.Total != len(want[client.FlagBoth])-1 {
			t.Errorf("the third page of 20 is %+v, total %d, want %+v", got, p.Total, rows)
		}
	})
}

// fill makes the lists: rooms that went online in the same seconds, recordings that began in the same seconds.
func fill(c *client.Client) {
	c.T.Helper()
	anchors := make([]*client.Anchor, liveRooms)
	for i := range anchors {
		anchors[i] = c.AnchorNamed(client.NewID(fmt.Sprint("anchor-", i%7)))
	}
	client.Together(c.T, len(anchors), func(i int) error {
		if err := c.MustTry("RequestLVBAddr", anchors[i].Fields()); err != nil {
			return err
		}
		return c.MustTry("ChangeStatus", client.Fields{"userid": anchors[i].ID, "status": 0})
	})
	began := time.Now()
	for _, a := range anchors[:recordedStreams] {
		a.Request() // a retry, to learn the stream
		for i := range recordedSlices {
			client.NewPlatform(c).Recorded(client.RecordingFrom(a.Stream, "flv", began.Add(time.Duration(i)*time.Minute), time.Minute))
		}
	}
}

// reference is the whole list of a flag, in pages of the largest size, checked for its length and order.
func reference(c *client.Client, flag, length int) []client.Row {
	c.T.Helper()
	rows := c.Everything(flag)
	if len(rows) != length {
		c.T.Fatalf("flag %d has %d rows, want %d", flag, len(rows), length)
	}
	if err := client.CheckOrder(rows); err != nil {
		c.T.Fatal(err)
	}
	return lasting(rows)
}

// lasting are rows without their play URLs.
func lasting(rows []client.Row) []client.Row {
	out := make([]client.Row, len(rows))
	for i, r := range rows {
		out[i] = r.Lasting()
	}
	return out
}

// habits are the ways in which released clients page.
var habits = map[string]func(c *client.Client, flag, pagesize int) []client.Row{
	"until a page is empty": func(c *client.Client, flag, pagesize int) []client.Row {
		return pageWhile(c, flag, pagesize, func(p client.Page, _ int) bool { return len(p.Rows) > 0 })
	},
	"until the total is reached": func(c *client.Client, flag, pagesize int) []client.Row {
		return pageWhile(c, flag, pagesize, func(p client.Page, have int) bool { return len(p.Rows) > 0 && have < p.Total })
	},
	"until a page is short": func(c *client.Client, flag, pagesize int) []client.Row {
		return pageWhile(c, flag, pagesize, func(p client.Page, _ int) bool { return len(p.Rows) == pagesize })
	},
}

// pageWhile fetches pages for as long as more, given the last page and how many rows there are so far, says so.
func pageWhile(c *client.Client, flag, pagesize int, more func(last client.Page, have int) bool) []client.Row {
	c.T.Helper()
	var rows []client.Row
	for pageno := 1; ; pageno++ {
		p := c.List(flag, pageno, pagesize)
		rows = append(rows, p.Rows...)
		if !more(p, len(rows)) {
			return rows
		}
		if len(rows) > p.Total {
			c.T.Fatalf("%d pages of flag %d have %d rows already, total %d", pageno, flag, len(rows), p.Total)
		}
	}
}
