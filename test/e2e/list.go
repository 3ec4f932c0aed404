package e2e

import (
	"fmt"
	"slices"
)

// The flags of FetchList.
const (
	flagLive, flagRecorded, flagBoth = 1, 2, 3
)

// mostRows is the largest page FetchList and FetchGroupMemberList give.
const mostRows = 100

// tryList fetches one page; any goroutine may call it.
func (c *client) tryList(flag, pageno, pagesize any) (page, error) {
	r, err := c.try("FetchList", fields{"flag": flag, "pageno": pageno, "pagesize": pagesize})
	if err != nil {
		return page{}, err
	}
	if r.Code != codeDone {
		return page{}, fmt.Errorf("FetchList %v %v %v: got %d (%s)", flag, pageno, pagesize, r.Code, r.Message)
	}
	return parsePage(r)
}

func (c *client) list(flag, pageno, pagesize any) page {
	c.t.Helper()
	p, err := c.tryList(flag, pageno, pagesize)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// everything pages through a list to its end.
func (c *client) everything(flag int) []row {
	c.t.Helper()
	var rows []row
	for pageno := 1; ; pageno++ {
		p := c.list(flag, pageno, mostRows)
		rows = append(rows, p.Rows...)
		if len(p.Rows) < mostRows {
			return rows
		}
		if len(rows) > p.Total {
			c.t.Fatalf("%d pages of flag %d have %d rows already, total %d", pageno, flag, len(rows), p.Total)
		}
	}
}

// rows are the rows of a list for which match holds.
func (c *client) rows(flag int, match func(row) bool) []row {
	c.t.Helper()
	return slices.DeleteFunc(c.everything(flag), func(r row) bool { return !match(r) })
}

// recordings are the recordings in the list that one user made.
func (c *client) recordings(userID string) []row {
	c.t.Helper()
	return c.rows(flagRecorded, func(r row) bool { return r.UserID == userID })
}

// info is GetUserInfo of a room.
func (c *client) info(userID string) row {
	c.t.Helper()
	return c.rowOf(c.must("GetUserInfo", fields{"userid": userID, "type": 0}))
}

// recording is GetUserInfo of a recording.
func (c *client) recording(userID, fileID string) row {
	c.t.Helper()
	return c.rowOf(c.must("GetUserInfo", fields{"userid": userID, "type": 1, "fileid": fileID}))
}

func (c *client) rowOf(r reply) row {
	c.t.Helper()
	row, err := parseRow(r.Data)
	if err != nil {
		c.t.Fatal(err)
	}
	return row
}
