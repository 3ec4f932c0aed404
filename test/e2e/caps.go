package e2e

import (
	"strconv"
	"testing"
)

// Each of the caps of capCases. No case but the last needs as many new anchors.
const (
	opensCap, membersCap, anchorsCap = 3, 3, 6
)

func capCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{
		"XZB_MAX_OPENS_PER_USER":          strconv.Itoa(opensCap),
		"XZB_MAX_MEMBERS":                 strconv.Itoa(membersCap),
		"XZB_MAX_NEW_ANCHORS_PER_ADDRESS": strconv.Itoa(anchorsCap),
	})
	t.Run("a user opens so many sessions and no more", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		for range opensCap - 1 {
			a.request() // a retry opens nothing
			a.requestGroup(newID("group"))
		}
		a.goOnline()
		c.refuses(codeTooMany, "RequestLVBAddr", a.fields().with("groupid", newID("group")))
		a.request()
		a.mustBeListed("after one session too many was asked for")
		if got := a.info().GroupID; got != a.group {
			t.Errorf("the room's group is %s, want %s", got, a.group)
		}
		a.goOffline()
		c.refuses(codeTooMany, "RequestLVBAddr", a.fields())
		a.goOnline()
		a.mustBeListed("resumed")
	})
	t.Run("a room takes so many members and no more", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		a.enter("first", "second", "third")
		c.refuses(codeTooMany, "EnterGroup", a.enterFields("fourth"))
		a.enter("second") // is there already
		a.mustHaveMembers("full", "first", "second", "third")
		a.quit("first")
		a.enter("fourth")
		a.mustHaveMembers("after one has left", "second", "third", "fourth")
		c.onlineAnchor().enter("fourth") // another room is not full
	})
	t.Run("an address opens so many new rooms and no more", func(t *testing.T) {
		c := newClient(t, server) // on one connection, so of one gateway, which counts for itself
		known := c.hiddenAnchor()
		for range anchorsCap {
			known.request()
		}
		var refused *anchor
		for range anchorsCap {
			a := c.newAnchor()
			if r := c.do("RequestLVBAddr", a.fields()); r.Code != codeDone {
				refused = a
				break
			}
		}
		if refused == nil {
			t.Fatalf("%d new rooms and one were opened", anchorsCap)
		}
		c.refuses(codeTooMany, "RequestLVBAddr", refused.fields())
		c.refuses(codeNotFound, "GetUserInfo", fields{"userid": refused.id, "type": 0})
		known.request()
		known.requestGroup(newID("group"))
		known.goOnline()
		known.mustBeListed("known before")
	})
}
