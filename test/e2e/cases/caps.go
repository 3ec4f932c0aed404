package cases

import (
	"strconv"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// Each of the caps of capCases. No case but the last needs as many new anchors.
const (
	opensCap, membersCap, anchorsCap = 3, 3, 6
)

func Caps(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{
		"XZB_MAX_OPENS_PER_USER":          strconv.Itoa(opensCap),
		"XZB_MAX_MEMBERS":                 strconv.Itoa(membersCap),
		"XZB_MAX_NEW_ANCHORS_PER_ADDRESS": strconv.Itoa(anchorsCap),
	})
	t.Run("a user opens so many sessions and no more", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		for range opensCap - 1 {
			a.Request() // a retry opens nothing
			a.RequestGroup(client.NewID("group"))
		}
		a.GoOnline()
		c.Refuses(client.CodeTooMany, "RequestLVBAddr", a.Fields().With("groupid", client.NewID("group")))
		a.Request()
		a.MustBeListed("after one session too many was asked for")
		if got := a.Info().GroupID; got != a.Group {
			t.Errorf("the room's group is %s, want %s", got, a.Group)
		}
		a.GoOffline()
		c.Refuses(client.CodeTooMany, "RequestLVBAddr", a.Fields())
		a.GoOnline()
		a.MustBeListed("resumed")
	})
	t.Run("a room takes so many members and no more", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		a.Enter("first", "second", "third")
		c.Refuses(client.CodeTooMany, "EnterGroup", a.EnterFields("fourth"))
		a.Enter("second") // is there already
		a.MustHaveMembers("full", "first", "second", "third")
		a.Quit("first")
		a.Enter("fourth")
		a.MustHaveMembers("after one has left", "second", "third", "fourth")
		c.OnlineAnchor().Enter("fourth") // another room is not full
	})
	t.Run("an address opens so many new rooms and no more", func(t *testing.T) {
		c := client.New(t, server) // on one connection, so of one gateway, which counts for itself
		known := c.HiddenAnchor()
		for range anchorsCap {
			known.Request()
		}
		var refused *client.Anchor
		for range anchorsCap {
			a := c.NewAnchor()
			if r := c.Do("RequestLVBAddr", a.Fields()); r.Code != client.CodeDone {
				refused = a
				break
			}
		}
		if refused == nil {
			t.Fatalf("%d new rooms and one were opened", anchorsCap)
		}
		c.Refuses(client.CodeTooMany, "RequestLVBAddr", refused.Fields())
		c.Refuses(client.CodeNotFound, "GetUserInfo", client.Fields{"userid": refused.ID, "type": 0})
		known.Request()
		known.RequestGroup(client.NewID("group"))
		known.GoOnline()
		known.MustBeListed("known before")
	})
}
