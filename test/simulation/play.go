package simulation

import (
	"encoding/json"
	"slices"
	"time"

	"xiaozhibo.dev/test/simulation/model"
)

// play is a whole run: trouble, then quiet, then a restart of everything, then
// the time in which all must pass away. Reads go on where stores take no write.
func (w *world) play() {
	w.trouble()
	for i, name := range w.options.names() {
		script := viewer
		if i < w.options.Anchors {
			script = anchor
		}
		if !slices.Contains(w.options.Absent, name) {
			w.live(name, script)
		}
	}
	w.runUntil(func() bool { return w.actors == 0 && w.unheard == 0 })
	if w.model.Failed() != nil {
		return
	}

	w.weather.calm = true
	w.tell(nil, "quiet returns")
	w.lasts(time.Minute)
	w.readOnly = w.random.IntN(2) == 0
	w.lasts(w.between(0, 90_000))
	w.audit("auditor", false)
	w.readOnly = false
	w.tell(nil, "everything is restarted")
	for _, s := range w.order {
		s.crash()
	}
	w.lasts(20 * time.Second)
	w.audit("auditor after the restart", false)
	w.readOnly = w.random.IntN(2) == 0
	for range 4 {
		if in, ok := w.model.Leaves(); ok && in < time.Hour { // a longer wait costs much and shows nothing else
			w.lasts(in)
			w.live("auditor of a border", func(c *client) { c.walks(3, func(listed) {}) })
			w.runUntil(func() bool { return w.actors == 0 })
		}
	}
	w.readOnly = false
	w.lasts(max(w.settings.stream.LiveTTL, w.settings.room.MemberTTL, w.settings.stream.RecordingWindow))
	w.audit("auditor at the end", true)
	if random := w.randomOf("jump"); w.model.Failed() == nil && random.IntN(2) == 0 {
		w.jump(random)
	}
}

func (w *world) runUntil(done func() bool) {
	w.run(func() bool { return w.model.Failed() != nil || done() })
}

// lasts lets time pass.
func (w *world) lasts(d time.Duration) {
	passed := false
	w.after(d, func() { passed = true })
	w.runUntil(func() bool { return passed })
}

// audit reads everything there is, when nothing goes wrong. At the end nothing
// may be left.
func (w *world) audit(name string, empty bool) {
	w.live(name, func(c *client) {
		for flag := 1; flag <= 3; flag++ {
			c.walks(flag, func(row listed) {
				if empty {
					c.world.model.Fail(model.Immortal, []string{row.UserID, row.FileID}, "%q %s is listed still", row.UserID, row.FileID)
				}
				if row.FileID != "" && flag == 2 {
					c.must(model.Request{Action: model.GetUserInfo, User: c.name, Anchor: row.UserID, Flag: 1, FileID: row.FileID})
					c.crowd(row.UserID, row.FileID)
				}
			})
		}
		for _, user := range anchorNames[:min(w.options.Anchors, len(anchorNames))] {
			c.reads(user, empty)
		}
	})
	w.runUntil(func() bool { return w.actors == 0 })
}

// walks pages through a list that does not change.
func (c *client) walks(flag int, visit func(row listed)) {
	size := 1 + c.random.IntN(4)
	for page := 1; ; page++ {
		got := c.must(model.Request{Action: model.FetchList, User: c.name, Flag: flag, PageNo: page, PageSize: size})
		var list struct{ PusherList []listed }
		if err := json.Unmarshal(got.Data, &list); err != nil || len(list.PusherList) == 0 {
			return
		}
		for _, row := range list.PusherList {
			visit(row)
		}
	}
}

// reads reads all about one anchor. Members may reach their time while he is
// being read, and none comes.
func (c *client) reads(user string, empty bool) {
	before, ok := c.details(user)
	if !ok {
		return
	}
	members := c.crowd(user, before.GroupID)
	after, known := c.details(user) // or forgotten meanwhile
	if known && (members > before.ViewerCount || members < after.ViewerCount) {
		c.world.model.Fail(model.Viewers, []string{user}, "%q has %d viewers and then %d, but %d members between",
			user, before.ViewerCount, after.ViewerCount, members)
	}
	if empty && members != 0 {
		c.world.model.Fail(model.Immortal, []string{user}, "%q has %d viewers still", user, members)
	}
}

// details is an anchor as GetUserInfo shows him.
type details struct {
	listed
	ViewerCount int
}

func (c *client) details(user string) (row details, ok bool) {
	got := c.must(model.Request{Action: model.GetUserInfo, User: c.name, Anchor: user})
	if !got.ok() {
		return row, false
	}
	return row, json.Unmarshal(got.Data, &row) == nil
}

// crowd counts the members of a room.
func (c *client) crowd(user, group string) (members int) {
	for page := 1; ; page++ {
		got := c.must(model.Request{
			Action: model.FetchGroupMemberList, User: c.name, Anchor: user, Group: group, PageNo: page, PageSize: 2,
		})
		var list struct{ MemberList []struct{} }
		if err := json.Unmarshal(got.Data, &list); err != nil || len(list.MemberList) == 0 {
			return members
		}
		members += len(list.MemberList)
	}
}

// must asks when nothing can go wrong.
func (c *client) must(r model.Request) reply {
	var got reply
	answered := make(chan struct{})
	c.send(r, func(heard reply) { got = heard; close(answered) })
	<-answered
	c.sleep(0)
	if !got.heard || got.Code != 0 && got.Code != 2003 {
		c.world.model.Fail(model.Answered, []string{r.User, r.Anchor}, "%s was answered %d %s when all was quiet", &r, got.Code, got.Message)
	}
	return got
}

// stop ends everybody.
func (w *world) stop() {
	w.over, w.weather.calm = true, true
	w.run(func() bool { return false })
	<-time.After(2 * actionTimeout) // for whoever waits for an answer that was lost
	w.run(func() bool { return false })
	w.workers.dismiss()
	for _, g := range w.gateways {
		if g != nil {
			w.must(g.front.close())
			g.close()
		}
	}
	for _, s := range w.order {
		if s.up != nil {
			s.end()
		}
	}
}
