package simulation

import (
	"encoding/json"
	"fmt"

	"xiaozhibo.dev/test/simulation/model"
)

// anchorNames are users whose stream ids must never meet.
var anchorNames = []string{"a-b", "a_b", "A_B", "a@b", "主播", "a b?&/%", "a%2db"}

// invitation is what a friend is sent: the room may not be online yet, or not
// any more, the recording not listed under that file.
type invitation struct{ anchor, group, file string }

// anchor goes live again and again: he opens a session, says he is online, and
// leaves in one of the ways people do.
func anchor(c *client) {
	var group string
	for n := 1; c.goesOn(); n++ {
		if group == "" || !c.may(0.2) {
			group = fmt.Sprintf("g%s-%d", c.name, n)
		}
		request := model.Request{
			Action: model.RequestLVBAddr, User: c.name, Anchor: c.name, Group: group, Title: fmt.Sprintf("t%s-%d", c.name, n),
		}
		c.world.invite(invitation{anchor: c.name, group: group})
		got := c.asks(request)
		if !got.ok() {
			c.rests(500, 9000)
			continue
		}
		c.broadcast(request, address(got.Data))
		if c.may(0.6) {
			c.rests(500, 40_000)
		}
	}
}

func address(data []byte) string {
	var address struct{ PushURL string }
	if err := json.Unmarshal(data, &address); err != nil {
		return "" // the model has seen it too
	}
	return model.StreamID(address.PushURL)
}

// broadcast is one session from its push URL on.
func (c *client) broadcast(request model.Request, streamID string) {
	var p *push
	pushes := c.may(0.7)
	if pushes && c.may(0.5) {
		p = c.world.push(c.random, c.name, streamID)
	}
	if c.may(0.85) {
		c.says(true)
	}
	if pushes && p == nil {
		p = c.world.push(c.random, c.name, streamID)
	}
	for n := 0; n < c.random.IntN(6) && c.goesOn(); n++ {
		c.rests(500, 20_000)
		switch c.random.IntN(8) {
		case 0:
			request.Title += "'"
			c.asks(request) // an app that was started again goes on
		case 1:
			c.says(true)
		case 2:
			if p != nil { // the push breaks and another begins, the old one ends late
				p.ends(c.random)
				p = c.world.push(c.random, c.name, streamID)
			}
		case 3, 4:
			c.asks(model.Request{Action: model.GetUserInfo, User: c.name, Anchor: c.name})
		default:
			c.asks(model.Request{
				Action: model.FetchGroupMemberList, User: c.name, Anchor: c.name, Group: request.Group,
				PageNo: 1 + c.random.IntN(2), PageSize: 1 + c.random.IntN(5),
			})
		}
	}
	if c.may(0.2) { // the app is killed, and nothing tells of it
		return
	}
	if p != nil {
		p.ends(c.random)
	}
	if c.may(0.6) {
		c.says(false)
	}
}

func (c *client) says(online bool) {
	c.asks(model.Request{Action: model.ChangeStatus, User: c.name, Anchor: c.name, Online: online})
}

func (w *world) invite(i invitation) { w.invitations = append(w.invitations, i) }
