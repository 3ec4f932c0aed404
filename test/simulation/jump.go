package simulation

import (
	"encoding/json"
	"math/rand/v2"
	"time"

	"xiaozhibo.dev/test/simulation/model"
)

// jumped is a room that somebody opened while every clock of the servers had jumped
// ahead. Lists and refusals of that time are not judged: what comes afterwards is.
const jumped = "jumped"

// jump lets the clocks jump ahead, and be put right again. Afterwards the room of
// that time is listed no longer than LiveTTL, the next word of its anchor counts, and
// so do likes and viewers.
func (w *world) jump(random *rand.Rand) {
	ahead := time.Duration(1+random.IntN(90)) * time.Minute
	if random.IntN(2) == 0 {
		ahead = time.Duration(1+random.IntN(60*24)) * time.Hour
	}
	w.model.Suspend()
	w.tell(nil, "clocks jump ahead by %s", ahead)
	w.clocks.jump = ahead
	sweeps := random.IntN(2) == 0
	w.alone("anchor of the jump", func(c *client) { c.appears(random.IntN(2) == 0) })
	w.alone("viewer of the jump", func(c *client) { c.counts() })
	if sweeps {
		w.sweepAll()
	}
	w.tell(nil, "clocks are put right")
	w.clocks.jump = 0
	w.lasts(10 * time.Second)
	w.sweepAll()
	again := random.IntN(2) == 0
	if again {
		w.alone("anchor after the jump", func(c *client) { c.appears(random.IntN(2) == 0) })
		w.alone("viewer after the jump", func(c *client) { c.counts() })
	}
	w.lasts(w.settings.stream.LiveTTL)
	w.alone("auditor after the jump", func(c *client) {
		c.walks(1, func(row listed) {
			w.model.Fail(model.Immortal, []string{row.UserID}, "%q is listed still, LiveTTL after a jump of %s was put right", row.UserID, ahead)
		})
	})
}

// alone lets a client do something while nobody else does.
func (w *world) alone(name string, script func(c *client)) {
	w.live(name, script)
	w.runUntil(func() bool { return w.actors == 0 })
}

func (w *world) sweepAll() {
	for _, s := range w.order {
		s.sweeps()
	}
}

// appears opens a room, or goes on with it, and says that it is online.
func (c *client) appears(opens bool) {
	if opens || c.world.invitedTo(jumped) == "" {
		c.world.invite(invitation{anchor: jumped, group: "g" + c.name})
		c.must(model.Request{Action: model.RequestLVBAddr, User: jumped, Anchor: jumped, Group: "g" + c.name, Title: "t" + c.name})
	}
	c.must(model.Request{Action: model.ChangeStatus, User: jumped, Anchor: jumped, Online: true})
}

// invitedTo is the group that an anchor was last seen in.
func (w *world) invitedTo(anchor string) (group string) {
	for _, i := range w.invitations {
		if i.anchor == anchor {
			group = i.group
		}
	}
	return group
}

// counts enters and likes, and looks whether it shows.
func (c *client) counts() {
	before := c.numbers()
	c.must(model.Request{Action: model.EnterGroup, User: c.name, Anchor: jumped, Group: before.GroupID, Nickname: c.name})
	c.must(model.Request{Action: model.ChangeCount, User: c.name, Anchor: jumped, Delta: 1})
	after := c.numbers()
	if after.Status != "1" || after.LikeCount != before.LikeCount+1 || after.ViewerCount != before.ViewerCount+1 {
		c.world.model.Fail(model.Kept, []string{jumped, c.name}, "after a jump was put right, a viewer made of %+v: %+v", before, after)
	}
}

// shown is what a row tells of the effects of others.
type shown struct {
	GroupID, Status        string
	LikeCount, ViewerCount int
}

func (c *client) numbers() (row shown) {
	got := c.must(model.Request{Action: model.GetUserInfo, User: c.name, Anchor: jumped})
	c.world.must(json.Unmarshal(got.Data, &row))
	return row
}
