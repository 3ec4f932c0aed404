package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// How long the lists of the paging cases are: multiples of many page sizes, and more than one largest page.
const (
	liveRooms       = 60
	recordedStreams = 3
	recordedSlices  = 15
)

func pagingCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{})
	c := newClient(t, server)
	t.Run("a new server has empty lists", func(t *testing.T) {
		for _, flag := range []int{flagLive, flagRecorded, flagBoth} {
			for pageno := range 3 {
				if p := c.on(t).list(flag, pageno, 10); p.Total != 0 || len(p.Rows) != 0 {
					t.Errorf("flag %d, page %d: %+v", flag, pageno, p)
				}
			}
		}
	})
	fill(c)
	want := map[int][]row{
		flagLive:     reference(c, flagLive, liveRooms),
		flagRecorded: reference(c, flagRecorded, recordedStreams*recordedSlices),
	}
	want[flagBoth] = append(slices.Clone(want[flagLive]), want[flagRecorded]...)
	for flag, rows := range want {
		for _, pagesize := range []int{1, 7, 15, 20, 59, 60, 61, 100} {
			t.Run(fmt.Sprintf("flag %d in pages of %d is whole", flag, pagesize), func(t *testing.T) {
				for name, habit := range habits {
					if got := habit(c.on(t), flag, pagesize); !slices.Equal(lasting(got), rows) {
						t.Errorf("paging %s: %d rows, want these %d", name, len(got), len(rows))
					}
				}
			})
		}
	}
	t.Run("page sizes are bounded", func(t *testing.T) {
		rows := want[flagBoth]
		for _, page := range []struct {
			pageno, pagesize any
			want             []row
		}{
			{1, 0, rows[:20]}, {"3", "0", rows[40:60]}, {0, 0, rows[:20]}, {1, 100, rows[:100]}, {1, 101, rows[:100]},
			{1, 2147483647, rows[:100]}, {2, 1000, rows[100:]}, {2, 104, rows[100:]}, {3, 30, rows[60:90]}, {2, 59, rows[59:]},
			{4, 35, nil},
		} {
			p := c.on(t).list(flagBoth, page.pageno, page.pagesize)
			got := lasting(p.Rows)
			if !slices.Equal(got, page.want) || p.Total != len(rows) {
				t.Errorf("page %v of size %v: %d rows, total %d, want %d of %d",
					page.pageno, page.pagesize, len(got), p.Total, len(page.want), len(rows))
			}
		}
	})
	t.Run("a row that leaves moves the border by one", func(t *testing.T) {
		last := want[flagLive][liveRooms-1]
		c := c.on(t)
		c.must("ChangeStatus", fields{"userid": last.UserID, "status": 1})
		p := c.list(flagBoth, 3, 20)
		rows := append(slices.Clone(want[flagLive][40:59]), want[flagRecorded][0])
		if got := lasting(p.Rows); !slices.Equal(got, rows) || p.Total != len(want[flagBoth])-1 {
			t.Errorf("the third page of 20 is %+v, total %d, want %+v", got, p.Total, rows)
		}
	})
}

// fill makes the lists: rooms that went online in the same seconds, recordings that began in the same seconds.
func fill(c *client) {
	c.t.Helper()
	anchors := make([]*anchor, liveRooms)
	for i := range anchors {
		anchors[i] = c.anchorNamed(newID(fmt.Sprint("anchor-", i%7)))
	}
	together(c.t, len(anchors), func(i int) error {
		if err := c.mustTry("RequestLVBAddr", anchors[i].fields()); err != nil {
			return err
		}
		return c.mustTry("ChangeStatus", fields{"userid": anchors[i].id, "status": 0})
	})
	began := time.Now()
	for _, a := range anchors[:recordedStreams] {
		a.request() // a retry, to learn the stream
		for i := range recordedSlices {
			newPlatform(c).recorded(recordingFrom(a.stream, "flv", began.Add(time.Duration(i)*time.Minute), time.Minute))
		}
	}
}

// reference is the whole list of a flag, in pages of the largest size, checked for its length and order.
func reference(c *client, flag, length int) []row {
	c.t.Helper()
	rows := c.everything(flag)
	if len(rows) != length {
		c.t.Fatalf("flag %d has %d rows, want %d", flag, len(rows), length)
	}
	if err := checkOrder(rows); err != nil {
		c.t.Fatal(err)
	}
	return lasting(rows)
}

// lasting are rows without their play URLs.
func lasting(rows []row) []row {
	out := make([]row, len(rows))
	for i, r := range rows {
		out[i] = r.lasting()
	}
	return out
}

// habits are the ways in which released clients page.
var habits = map[string]func(c *client, flag, pagesize int) []row{
	"until a page is empty": func(c *client, flag, pagesize int) []row {
		return pageWhile(c, flag, pagesize, func(p page, _ int) bool { return len(p.Rows) > 0 })
	},
	"until the total is reached": func(c *client, flag, pagesize int) []row {
		return pageWhile(c, flag, pagesize, func(p page, have int) bool { return len(p.Rows) > 0 && have < p.Total })
	},
	"until a page is short": func(c *client, flag, pagesize int) []row {
		return pageWhile(c, flag, pagesize, func(p page, _ int) bool { return len(p.Rows) == pagesize })
	},
}

// pageWhile fetches pages for as long as more, given the last page and how many rows there are so far, says so.
func pageWhile(c *client, flag, pagesize int, more func(last page, have int) bool) []row {
	c.t.Helper()
	var rows []row
	for pageno := 1; ; pageno++ {
		p := c.list(flag, pageno, pagesize)
		rows = append(rows, p.Rows...)
		if !more(p, len(rows)) {
			return rows
		}
		if len(rows) > p.Total {
			c.t.Fatalf("%d pages of flag %d have %d rows already, total %d", pageno, flag, len(rows), p.Total)
		}
	}
}
