package client

import (
	"fmt"
	"slices"
)

// The flags of FetchList.
const (
	FlagLive, FlagRecorded, FlagBoth = 1, 2, 3
)

// MostRows is the largest page FetchList and FetchGroupMemberList give.
const MostRows = 100

// TryList fetches one page; any goroutine may call it.
func (c *Client) TryList(flag, pageno, pagesize any) (Page, error) {
	r, err := c.Try("FetchList", Fields{"flag": flag, "pageno": pageno, "pagesize": pagesize})
	if err != nil {
		return Page{}, err
	}
	if r.Code != CodeDone {
		return Page{}, fmt.Errorf("FetchList %v %v %v: got %d (%s)", flag, pageno, pagesize, r.Code, r.Message)
	}
	return ParsePage(r)
}

func (c *Client) List(flag, pageno, pagesize any) Page {
	c.T.Helper()
	p, err := c.TryList(flag, pageno, pagesize)
	if err != nil {
		c.T.Fatal(err)
	}
	return p
}

// Everything pages through a list to its end.
func (c *Client) Everything(flag int) []Row {
	c.T.Helper()
	var rows []Row
	for pageno := 1; ; pageno++ {
		p := c.List(flag, pageno, MostRows)
		rows = append(rows, p.Rows...)
		if len(p.Rows) < MostRows {
			return rows
		}
		if len(rows) > p.Total {
			c.T.Fatalf("%d pages of flag %d have %d rows already, total %d", pageno, flag, len(rows), p.Total)
		}
	}
}

// Rows are the rows of a list for which match holds.
func (c *Client) Rows(flag int, match func(Row) bool) []Row {
	c.T.Helper()
	return slices.DeleteFunc(c.Everything(flag), func(r Row) bool { return !match(r) })
}

// Recordings are the recordings in the list that one user made.
func (c *Client) Recordings(userID string) []Row {
	c.T.Helper()
	return c.Rows(FlagRecorded, func(r Row) bool { return r.UserID == userID })
}

// Info is GetUserInfo of a room.
func (c *Client) Info(userID string) Row {
	c.T.Helper()
	return c.RowOf(c.Must("GetUserInfo", Fields{"userid": userID, "type": 0}))
}

// Recording is GetUserInfo of a recording.
func (c *Client) Recording(userID, fileID string) Row {
	c.T.Helper()
	return c.RowOf(c.Must("GetUserInfo", Fields{"userid": userID, "type": 1, "fileid": fileID}))
}

func (c *Client) RowOf(r Reply) Row {
	c.T.Helper()
	row, err := ParseRow(r.Data)
	if err != nil {
		c.T.Fatal(err)
	}
	return row
}
