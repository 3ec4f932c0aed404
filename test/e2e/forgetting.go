package e2e

import (
	"testing"
	"time"
)

// forgettingCases: an anchor who has nothing to show any more is answered as one that was never known.
func forgettingCases(t *testing.T, start Starter) {
	const ttl = 4 * time.Second
	c := newClient(t, start(t, map[string]string{"XZB_ANCHOR_TTL": "4s"}))
	online, recorded, ended := c.onlineAnchor(), c.onlineAnchor(), c.onlineAnchor()
	newPlatform(c).recorded(newRecording(recorded.stream, "flv"))
	recorded.goOffline()
	ended.enter("viewer")
	ended.like(2)
	began := time.Now()
	ended.goOffline()
	info := fields{"userid": ended.id, "type": 0}
	eventually(t, ttl+expirySlack, "the anchor is forgotten", func() bool { return c.do("GetUserInfo", info).Code == codeNotFound })
	if early := time.Until(began.Add(ttl)); early > 0 {
		t.Errorf("the anchor was forgotten %v early", early)
	}
	c.refuses(codeNotFound, "ChangeStatus", fields{"userid": ended.id, "status": 0})
	c.refuses(codeNotFound, "ChangeCount", ended.likeFields())
	c.refuses(codeNotFound, "EnterGroup", ended.enterFields("viewer"))
	newPlatform(c).push(ended.stream, "1", time.Now())
	c.refuses(codeNotFound, "GetUserInfo", info)
	if m := ended.members(); m.Total != 0 || len(m.List) != 0 {
		t.Errorf("the room still has members: %+v", m)
	}

	online.mustBeListed("online for longer")
	recorded.mustBeHidden("with a recording that is listed")
	mustHaveRecordings(c, recorded, "of one who has ended", 1)

	ended.request()
	ended.mustBeHidden("begun anew")
	ended.mustHave("begun anew", 0, 0)
	ended.mustHaveMembers("begun anew")
	ended.goOnline()
	ended.mustBeListed("begun anew")
}
