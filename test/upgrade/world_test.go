package upgrade_test

import (
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// settings hold for every server here: nothing that is frozen expires before the tests
// do, and URLs are unsigned, since a signature tells the time.
func settings() map[string]string {
	const ever = "1752000h" // 200 years
	return map[string]string{
		"XZB_PUSH_KEY": "", "XZB_PLAY_KEY": "",
		"XZB_LIVE_TTL": ever, "XZB_ANCHOR_TTL": ever, "XZB_MEMBER_TTL": ever, "XZB_RECORDING_WINDOW": ever,
		"XZB_MEMBER_ORDER": "level",
	}
}

// play makes some of everything that is stored, and returns what to ask for afterwards.
func play(c *client.Client) []question {
	p := client.NewPlatform(c)
	began := time.Now()
	hidden, online, ended, pushed, recorded := c.HiddenAnchor(), c.OnlineAnchor(), c.OnlineAnchor(), c.HiddenAnchor(), c.OnlineAnchor()
	odd := c.AnchorNamed(`汤姆 {a}* "x"` + client.NewID("?&/%"))
	odd.Title = "标题 <b>&\u2028"
	odd.Request()
	odd.GoOnline()

	hidden.Like(1)
	hidden.Enter("early")
	online.Like(5)
	c.Must("ChangeCount", online.LikeFields().With("optype", 1))
	for i, viewer := range []string{"c", "a", "b", "gone", "观众"} {
		c.Must("EnterGroup", online.EnterFields(viewer).With("level", i*i-3*i))
	}
	online.Quit("gone")
	ended.Enter("late")
	ended.GoOffline()
	p.Push(pushed.Stream, "A", began)
	p.Push(pushed.Stream, "B", began.Add(time.Second))

	flv := client.RecordingFrom(recorded.Stream, "flv", began.Add(-time.Hour), 5*time.Minute)
	hls := flv.As("hls")
	slice := client.RecordingFrom(recorded.Stream, "mp4", began.Add(-30*time.Minute), 2*time.Minute)
	p.Recorded(flv, hls, slice)
	c.Must("ChangeCount", recorded.LikeFields().With("flag", 1).With("fileid", flv.FileID))
	c.Must("EnterGroup", recorded.EnterFields("watcher").With("flag", 1).With("groupid", hls.FileID))
	recorded.Like(3) // under a session that is over after the next line
	recorded.Enter("ghost")
	recorded.RequestGroup(client.NewID("group"))
	recorded.Enter("new")

	all := []*client.Anchor{hidden, online, ended, pushed, recorded, odd}
	files := []client.Recording{flv, hls, slice}
	asked := reads(all, recorded, files)
	asked = append(asked, writes(online, ended, pushed, recorded, flv, began)...)
	asked = append(asked, reads(all, recorded, files)...)
	return append(asked, newer(online)...)
}

// reads ask for all that is stored.
func reads(all []*client.Anchor, recorded *client.Anchor, files []client.Recording) (asked []question) {
	for _, a := range all {
		asked = append(asked,
			action("GetUserInfo", client.Fields{"userid": a.ID, "type": 0}),
			action("FetchGroupMemberList", client.Fields{"liveuserid": a.ID, "groupid": a.Group, "pageno": 1, "pagesize": 20}))
	}
	for _, file := range files {
		asked = append(asked,
			action("GetUserInfo", client.Fields{"userid": recorded.ID, "type": 1, "fileid": file.FileID}),
			action("FetchGroupMemberList", client.Fields{"liveuserid": recorded.ID, "groupid": file.FileID, "pageno": 1, "pagesize": 20}))
	}
	for flag := 1; flag <= 3; flag++ {
		for page := 1; page <= 4; page++ {
			asked = append(asked, action("FetchList", client.Fields{"flag": flag, "pageno": page, "pagesize": 3}))
		}
	}
	return asked
}

// writes are Actions and late events whose effect depends on what is stored, and not on
// when they come.
func writes(online, ended, pushed, recorded *client.Anchor, file client.Recording, began time.Time) []question {
	return []question{
		action("RequestLVBAddr", online.Fields()), // a retry: the session goes on
		action("ChangeCount", online.LikeFields()),
		action("ChangeCount", recorded.LikeFields().With("flag", 1).With("fileid", file.FileID)),
		action("EnterGroup", online.EnterFields("a")), // is there already, and keeps its place
		action("EnterGroup", online.EnterFields("d")),
		action("QuitGroup", online.QuitFields("c")),
		action("EnterGroup", online.EnterFields("x").With("groupid", "another")),
		action("ChangeStatus", client.Fields{"userid": ended.ID, "status": 0}), // resumed: its place in the list is the old one
		event(client.StreamEvent(client.EventInterrupt, pushed.Stream, "A", began)),
		action("GetUserInfo", client.Fields{"userid": pushed.ID, "type": 0}), // online: B has followed
		event(client.StreamEvent(client.EventInterrupt, pushed.Stream, "B", began.Add(2*time.Second))),
		event(client.StreamEvent(client.EventPush, pushed.Stream, "A", began)), // late, and over
		event(client.RecordingFrom(recorded.Stream, "mp4", file.Start, 5*time.Minute).Fields()),
		action("GetCOSSign", client.Fields{}),
		action("GetUserInfo", client.Fields{"userid": "nobody", "type": 0}),
	}
}

// newer begin a session after the stored one: nothing of that is left.
func newer(online *client.Anchor) []question {
	next := *online
	next.Group = online.Group + "-next"
	return []question{
		action("RequestLVBAddr", next.Fields()).now(),
		action("ChangeStatus", client.Fields{"userid": online.ID, "status": 0}),
		action("GetUserInfo", client.Fields{"userid": online.ID, "type": 0}).now(),
		action("FetchGroupMemberList", client.Fields{"liveuserid": online.ID, "groupid": next.Group, "pageno": 1, "pagesize": 20}),
		action("EnterGroup", online.EnterFields("late for the old group")),
	}
}
