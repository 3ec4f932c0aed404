package simulation

import (
	"encoding/json"
	"fmt"

	"xiaozhibo.dev/test/simulation/model"
)

// listed is what a viewer reads of a row.
type listed struct {
	UserID, GroupID, FileID string
}

// viewer looks for something to watch, watches it for a while and goes, again
// and again.
func viewer(c *client) {
	for n := 1; c.goesOn(); n++ {
		c.rests(200, 8000)
		row, found := c.looks()
		if !found {
			row, found = c.invited()
		}
		if !found {
			continue
		}
		c.watches(row, n)
	}
}

// looks pages through a list, of which it may see only the beginning, and picks
// a row.
func (c *client) looks() (row listed, found bool) {
	flag, size := 1+c.random.IntN(3), 1+c.random.IntN(4)
	for page := c.random.IntN(2); c.goesOn(); page++ {
		got := c.asks(model.Request{Action: model.FetchList, User: c.name, Flag: flag, PageNo: page, PageSize: size})
		if !got.ok() {
			return row, found
		}
		var list struct{ PusherList []listed }
		if err := json.Unmarshal(got.Data, &list); err != nil || len(list.PusherList) == 0 {
			return row, found
		}
		if !found || c.may(0.5) {
			row, found = list.PusherList[c.random.IntN(len(list.PusherList))], true
		}
		if c.may(0.4) {
			return row, found
		}
		c.rests(100, 3000)
	}
	return row, found
}

// invited picks a room that somebody told of.
func (c *client) invited() (row listed, found bool) {
	all := c.world.invitations
	if len(all) == 0 {
		return row, false
	}
	all = all[max(0, len(all)-8):]
	one := all[c.random.IntN(len(all))]
	return listed{UserID: one.anchor, GroupID: one.group, FileID: one.file}, true
}

// watches enters, likes, looks who else is there, and quits once, twice or never.
func (c *client) watches(row listed, n int) {
	request := model.Request{
		Action: model.EnterGroup, User: c.name, Anchor: row.UserID, Group: row.GroupID,
		Nickname: fmt.Sprintf("%s~%d", c.name, n),
	}
	if row.FileID != "" {
		request.Flag, request.Group = 1, row.FileID
	}
	if c.may(0.9) {
		c.asks(request)
	}
	for range c.random.IntN(8) {
		if !c.goesOn() {
			return
		}
		c.rests(100, 6000)
		c.does(row, request)
	}
	request.Action, request.Nickname = model.QuitGroup, ""
	for c.may(0.6) {
		c.asks(request)
	}
}

func (c *client) does(row listed, entered model.Request) {
	switch c.random.IntN(10) {
	case 0, 1, 2, 3:
		like := model.Request{Action: model.ChangeCount, User: c.name, Anchor: row.UserID, Delta: 1}
		if row.FileID != "" && c.may(0.7) {
			like.Flag, like.FileID = 1, row.FileID
		}
		if c.may(0.05) {
			like.Delta = -1
		}
		c.asks(like)
	case 4, 5:
		c.asks(model.Request{Action: model.GetUserInfo, User: c.name, Anchor: row.UserID, Flag: entered.Flag, FileID: row.FileID})
	case 6, 7:
		for page := 1; ; page++ {
			got := c.asks(model.Request{
				Action: model.FetchGroupMemberList, User: c.name, Anchor: row.UserID, Group: entered.Group, PageNo: page, PageSize: 3,
			})
			var list struct{ MemberList []struct{} }
			if err := json.Unmarshal(got.Data, &list); !got.ok() || err != nil || len(list.MemberList) == 0 || !c.goesOn() {
				break
			}
		}
	case 8:
		entered.Nickname += "'"
		c.asks(entered)
	default:
		c.asks(model.Request{Action: model.GetCOSSign, User: c.name})
	}
}
