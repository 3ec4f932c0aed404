package cases

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// The limits of fairUseCases. Each case comes from an address of its own.
const (
	fairClientLikes, fairAddressLikes = 20, 30 // in a minute
	fairChanges                       = 6      // in a minute
	fairAnchors, fairUsers            = 4, 8
	fairRooms, fairMembers            = 3, 5
	fairUploads                       = 4 // in a minute
)

func FairUse(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{
		"XZB_TRUSTED_PROXIES":         "127.0.0.1",
		"XZB_MAX_LIKES_PER_CLIENT":    fmt.Sprint(fairClientLikes),
		"XZB_MAX_LIKES_PER_ADDRESS":   fmt.Sprint(fairAddressLikes),
		"XZB_MAX_CHANGES_PER_USER":    fmt.Sprint(fairChanges),
		"XZB_MAX_ANCHORS_PER_ADDRESS": fmt.Sprint(fairAnchors),
		"XZB_MAX_USERS_PER_ADDRESS":   fmt.Sprint(fairUsers),
		"XZB_MAX_ROOMS_PER_ADDRESS":   fmt.Sprint(fairRooms),
		"XZB_MAX_MEMBERS_PER_ADDRESS": fmt.Sprint(fairMembers),
		"XZB_MAX_UPLOADS_PER_ADDRESS": fmt.Sprint(fairUploads),
	})
	for number, subject := range []struct {
		name string
		of   func(t *testing.T, c *client.Client, stranger *client.Client)
	}{
		{"likes over the limit are answered as any, and not counted", fairLikeCase},
		{"a user changes so often in a minute, and a retry is no change", fairChangeCase},
		{"an address has so many anchors", fairAnchorCase},
		{"an address has so many users", fairUserCase},
		{"an address enters so many rooms", fairRoomCase},
		{"an address has so many members in a room", fairMemberCase},
		{"an address gets so many upload signatures", fairUploadCase},
	} {
		t.Run(subject.name, func(t *testing.T) {
			// On one connection, so at one gateway, which counts for itself.
			subject.of(t, client.New(t, server).From(fmt.Sprintf("198.51.100.%d", number)), client.New(t, server).From(fmt.Sprintf("203.0.113.%d", number)))
		})
	}
}

func fairLikeCase(t *testing.T, c, stranger *client.Client) {
	began := time.Now()
	one, two := c.OnlineAnchor(), c.OnlineAnchor()
	for range fairClientLikes + 5 {
		stranger.Must("ChangeCount", one.LikeFields())
	}
	back := func(limit int) int { return int(time.Since(began).Minutes()*float64(limit)) + 1 }
	if got, most := one.Info().Likes, fairClientLikes+back(fairClientLikes); got < fairClientLikes || got > most {
		t.Errorf("%d likes were counted, want %d to %d", got, fairClientLikes, most)
	}
	for range fairClientLikes {
		stranger.Must("ChangeCount", two.LikeFields())
	}
	if got, most := one.Info().Likes+two.Info().Likes, fairAddressLikes+back(fairAddressLikes); got < fairAddressLikes || got > most {
		t.Errorf("%d likes of one address were counted, want %d to %d", got, fairAddressLikes, most)
	}
	before := two.Info().Likes
	two.Like(1) // of another address
	two.MustHave("after a like from elsewhere", before+1, 0)
}

func fairChangeCase(t *testing.T, c, _ *client.Client) {
	began := time.Now()
	a := c.NewAnchor()
	var refused client.Reply
	changed := 0
	for ; changed < 3*fairChanges && refused.Code == client.CodeDone; changed++ {
		change := a.Fields().With("title", fmt.Sprint("title ", changed))
		if refused = c.Do("RequestLVBAddr", change); refused.Code == client.CodeDone {
			c.Must("RequestLVBAddr", change) // no answer came
		}
	}
	most := fairChanges + int(time.Since(began).Minutes()*fairChanges) + 1
	if done := changed - 1; refused.Code != client.CodeTooMany || done < fairChanges || done > most {
		t.Errorf("%d changes were done and then %d (%s), want %d to %d and %d", done, refused.Code, refused.Message, fairChanges, most, client.CodeTooMany)
	}
	if !strings.Contains(refused.Message, "(max_changes_per_user)") {
		t.Errorf("the message is %q", refused.Message)
	}
	if got, want := a.Info().Title, fmt.Sprint("title ", changed-2); got != want {
		t.Errorf("the title is %q, want %q", got, want)
	}
	c.OnlineAnchor().MustBeListed("of another user")
}

func fairAnchorCase(t *testing.T, c, stranger *client.Client) {
	var rooms []*client.Anchor
	for range fairAnchors {
		rooms = append(rooms, c.OnlineAnchor())
	}
	rooms = append(rooms, c.From("198.51.100.99").OnlineAnchor())
	for i, a := range rooms {
		if i < fairAnchors {
			stranger.Must("ChangeStatus", client.Fields{"userid": a.ID, "status": 1})
			a.MustBeHidden("ended by a stranger")
			continue
		}
		tooMany(t, stranger, "max_anchors_per_address", "ChangeStatus", client.Fields{"userid": a.ID, "status": 1})
		a.MustBeListed("after a stranger had ended as many as may be")
	}
	tooMany(t, c, "max_anchors_per_address", "RequestLVBAddr", c.NewAnchor().Fields())
}

func fairUserCase(t *testing.T, c, stranger *client.Client) {
	a := c.OnlineAnchor()
	others := [2]*client.Anchor{c.OnlineAnchor(), c.OnlineAnchor()}
	for i := range fairUsers { // in several rooms: there is a limit for each
		room := a
		if i >= fairMembers {
			room = others[0]
		}
		stranger.Must("EnterGroup", room.EnterFields(fmt.Sprint("bot", i)))
		stranger.Must("EnterGroup", room.EnterFields(fmt.Sprint("bot", i)))
	}
	tooMany(t, stranger, "max_users_per_address", "EnterGroup", others[1].EnterFields("bot"))
	a.Enter("viewer")
	tooMany(t, stranger, "max_users_per_address", "QuitGroup", a.EnterFields("viewer"))
	stranger.Must("QuitGroup", a.EnterFields("bot0")) // who was there before
	a.MustHave("after a stranger could not throw a viewer out", 0, fairMembers)
	others[1].MustHave("after a bot too many", 0, 0)
}

func fairRoomCase(t *testing.T, c, stranger *client.Client) {
	for range fairRooms {
		stranger.Must("EnterGroup", c.OnlineAnchor().EnterFields("guest"))
	}
	last := c.From("198.51.100.98").OnlineAnchor()
	tooMany(t, stranger, "max_rooms_per_address", "EnterGroup", last.EnterFields("guest"))
	last.MustHave("after a guest in too many rooms", 0, 0)
}

func fairMemberCase(t *testing.T, c, stranger *client.Client) {
	a := c.OnlineAnchor()
	for i := range fairMembers {
		stranger.Must("EnterGroup", a.EnterFields(fmt.Sprint("bot", i)))
	}
	tooMany(t, stranger, "max_members_per_address", "EnterGroup", a.EnterFields("bot"))
	stranger.Must("EnterGroup", a.EnterFields("bot0"))
	a.MustHave("full of one address", 0, fairMembers)
	a.Enter("viewer")
	a.MustHave("with a viewer from elsewhere", 0, fairMembers+1)
}

func fairUploadCase(t *testing.T, c, stranger *client.Client) {
	began, got := time.Now(), 0
	for stranger.Do("GetCOSSign", nil).Code == client.CodeDone && got < 3*fairUploads {
		got++
	}
	if most := fairUploads + int(time.Since(began).Minutes()*fairUploads) + 1; got < fairUploads || got > most {
		t.Errorf("%d signatures were given, want %d to %d", got, fairUploads, most)
	}
	c.Must("GetCOSSign", nil) // to another address
}

// tooMany demands a refusal whose message names the limit.
func tooMany(t *testing.T, c *client.Client, limit, action string, f client.Fields) {
	t.Helper()
	if r := c.On(t).Refuses(client.CodeTooMany, action, f); !strings.Contains(r.Message, "("+limit+")") {
		t.Errorf("the message is %q, want it to name %s", r.Message, limit)
	}
}
