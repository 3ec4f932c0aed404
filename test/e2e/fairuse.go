package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The limits of fairUseCases. Each case comes from an address of its own.
const (
	fairClientLikes, fairAddressLikes = 20, 30 // in a minute
	fairChanges                       = 6      // in a minute
	fairAnchors, fairUsers            = 4, 8
	fairRooms, fairMembers            = 3, 5
)

func fairUseCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{
		"XZB_TRUSTED_PROXIES":         "127.0.0.1",
		"XZB_MAX_LIKES_PER_CLIENT":    fmt.Sprint(fairClientLikes),
		"XZB_MAX_LIKES_PER_ADDRESS":   fmt.Sprint(fairAddressLikes),
		"XZB_MAX_CHANGES_PER_USER":    fmt.Sprint(fairChanges),
		"XZB_MAX_ANCHORS_PER_ADDRESS": fmt.Sprint(fairAnchors),
		"XZB_MAX_USERS_PER_ADDRESS":   fmt.Sprint(fairUsers),
		"XZB_MAX_ROOMS_PER_ADDRESS":   fmt.Sprint(fairRooms),
		"XZB_MAX_MEMBERS_PER_ADDRESS": fmt.Sprint(fairMembers),
	})
	for number, subject := range []struct {
		name string
		of   func(t *testing.T, c *client, stranger *client)
	}{
		{"likes over the limit are answered as any, and not counted", fairLikeCase},
		{"a user changes so often in a minute, and a retry is no change", fairChangeCase},
		{"an address has so many anchors", fairAnchorCase},
		{"an address has so many users", fairUserCase},
		{"an address enters so many rooms", fairRoomCase},
		{"an address has so many members in a room", fairMemberCase},
	} {
		t.Run(subject.name, func(t *testing.T) {
			// On one connection, so at one gateway, which counts for itself.
			subject.of(t, newClient(t, server).from(fmt.Sprintf("198.51.100.%d", number)), newClient(t, server).from(fmt.Sprintf("203.0.113.%d", number)))
		})
	}
}

func fairLikeCase(t *testing.T, c, stranger *client) {
	began := time.Now()
	one, two := c.onlineAnchor(), c.onlineAnchor()
	for range fairClientLikes + 5 {
		stranger.must("ChangeCount", one.likeFields())
	}
	back := func(limit int) int { return int(time.Since(began).Minutes()*float64(limit)) + 1 }
	if got, most := one.info().Likes, fairClientLikes+back(fairClientLikes); got < fairClientLikes || got > most {
		t.Errorf("%d likes were counted, want %d to %d", got, fairClientLikes, most)
	}
	for range fairClientLikes {
		stranger.must("ChangeCount", two.likeFields())
	}
	if got, most := one.info().Likes+two.info().Likes, fairAddressLikes+back(fairAddressLikes); got < fairAddressLikes || got > most {
		t.Errorf("%d likes of one address were counted, want %d to %d", got, fairAddressLikes, most)
	}
	before := two.info().Likes
	two.like(1) // of another address
	two.mustHave("after a like from elsewhere", before+1, 0)
}

func fairChangeCase(t *testing.T, c, _ *client) {
	began := time.Now()
	a := c.newAnchor()
	var refused reply
	changed := 0
	for ; changed < 3*fairChanges && refused.Code == codeDone; changed++ {
		change := a.fields().with("title", fmt.Sprint("title ", changed))
		if refused = c.do("RequestLVBAddr", change); refused.Code == codeDone {
			c.must("RequestLVBAddr", change) // no answer came
		}
	}
	most := fairChanges + int(time.Since(began).Minutes()*fairChanges) + 1
	if done := changed - 1; refused.Code != codeTooMany || done < fairChanges || done > most {
		t.Errorf("%d changes were done and then %d (%s), want %d to %d and %d", done, refused.Code, refused.Message, fairChanges, most, codeTooMany)
	}
	if !strings.Contains(refused.Message, "(max_changes_per_user)") {
		t.Errorf("the message is %q", refused.Message)
	}
	if got, want := a.info().Title, fmt.Sprint("title ", changed-2); got != want {
		t.Errorf("the title is %q, want %q", got, want)
	}
	c.onlineAnchor().mustBeListed("of another user")
}

func fairAnchorCase(t *testing.T, c, stranger *client) {
	var rooms []*anchor
	for range fairAnchors {
		rooms = append(rooms, c.onlineAnchor())
	}
	rooms = append(rooms, c.from("198.51.100.99").onlineAnchor())
	for i, a := range rooms {
		if i < fairAnchors {
			stranger.must("ChangeStatus", fields{"userid": a.id, "status": 1})
			a.mustBeHidden("ended by a stranger")
			continue
		}
		tooMany(t, stranger, "max_anchors_per_address", "ChangeStatus", fields{"userid": a.id, "status": 1})
		a.mustBeListed("after a stranger had ended as many as may be")
	}
	tooMany(t, c, "max_anchors_per_address", "RequestLVBAddr", c.newAnchor().fields())
}

func fairUserCase(t *testing.T, c, stranger *client) {
	a := c.onlineAnchor()
	others := [2]*anchor{c.onlineAnchor(), c.onlineAnchor()}
	for i := range fairUsers { // in several rooms: there is a limit for each
		room := a
		if i >= fairMembers {
			room = others[0]
		}
		stranger.must("EnterGroup", room.enterFields(fmt.Sprint("bot", i)))
		stranger.must("EnterGroup", room.enterFields(fmt.Sprint("bot", i)))
	}
	tooMany(t, stranger, "max_users_per_address", "EnterGroup", others[1].enterFields("bot"))
	a.enter("viewer")
	tooMany(t, stranger, "max_users_per_address", "QuitGroup", a.enterFields("viewer"))
	stranger.must("QuitGroup", a.enterFields("bot0")) // who was there before
	a.mustHave("after a stranger could not throw a viewer out", 0, fairMembers)
	others[1].mustHave("after a bot too many", 0, 0)
}

func fairRoomCase(t *testing.T, c, stranger *client) {
	for range fairRooms {
		stranger.must("EnterGroup", c.onlineAnchor().enterFields("guest"))
	}
	last := c.from("198.51.100.98").onlineAnchor()
	tooMany(t, stranger, "max_rooms_per_address", "EnterGroup", last.enterFields("guest"))
	last.mustHave("after a guest in too many rooms", 0, 0)
}

func fairMemberCase(t *testing.T, c, stranger *client) {
	a := c.onlineAnchor()
	for i := range fairMembers {
		stranger.must("EnterGroup", a.enterFields(fmt.Sprint("bot", i)))
	}
	tooMany(t, stranger, "max_members_per_address", "EnterGroup", a.enterFields("bot"))
	stranger.must("EnterGroup", a.enterFields("bot0"))
	a.mustHave("full of one address", 0, fairMembers)
	a.enter("viewer")
	a.mustHave("with a viewer from elsewhere", 0, fairMembers+1)
}

// tooMany demands a refusal whose message names the limit.
func tooMany(t *testing.T, c *client, limit, action string, f fields) {
	t.Helper()
	if r := c.on(t).refuses(codeTooMany, action, f); !strings.Contains(r.Message, "("+limit+")") {
		t.Errorf("the message is %q, want it to name %s", r.Message, limit)
	}
}
