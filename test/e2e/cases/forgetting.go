package cases

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// Forgetting checks that an anchor who has nothing to show any more is answered as one that was never known.
func Forgetting(t *testing.T, start client.Starter) {
	const ttl = 4 * time.Second
	c := client.New(t, start(t, map[string]string{"XZB_ANCHOR_TTL": "4s"}))
	online, recorded, ended := c.OnlineAnchor(), c.OnlineAnchor(), c.OnlineAnchor()
	client.NewPlatform(c).Recorded(client.NewRecording(recorded.Stream, "flv"))
	recorded.GoOffline()
	ended.Enter("viewer")
	ended.Like(2)
	began := time.Now()
	ended.GoOffline()
	info := client.Fields{"userid": ended.ID, "type": 0}
	client.Eventually(t, ttl+ExpirySlack, "the anchor is forgotten", func() bool { return c.Do("GetUserInfo", info).Code == client.CodeNotFound })
	if early := time.Until(began.Add(ttl)); early > 0 {
		t.Errorf("the anchor was forgotten %v early", early)
	}
	c.Refuses(client.CodeNotFound, "ChangeStatus", client.Fields{"userid": ended.ID, "status": 0})
	c.Refuses(client.CodeNotFound, "ChangeCount", ended.LikeFields())
	c.Refuses(client.CodeNotFound, "EnterGroup", ended.EnterFields("viewer"))
	client.NewPlatform(c).Push(ended.Stream, "1", time.Now())
	c.Refuses(client.CodeNotFound, "GetUserInfo", info)
	if m := ended.Members(); m.Total != 0 || len(m.List) != 0 {
		t.Errorf("the room still has members: %+v", m)
	}

	online.MustBeListed("online for longer")
	recorded.MustBeHidden("with a recording that is listed")
	MustHaveRecordings(c, recorded, "of one who has ended", 1)

	KeptAlive(t, ttl, "a room that is begun anew", func() { ended.Request() }, func() bool {
		r := c.Do("GetUserInfo", info)
		if r.Code != client.CodeDone {
			return false
		}
		row := c.RowOf(r)
		return row.Status == client.StatusOffline && row.Likes == 0 && row.Viewers == 0 && ended.Members().Total == 0
	})
	KeptAlive(t, ttl, "a room that is to go online", func() { ended.Request() }, func() bool {
		return c.Do("ChangeStatus", client.Fields{"userid": ended.ID, "status": 0}).Code == client.CodeDone
	})
	ended.MustBeListed("begun anew")
}
