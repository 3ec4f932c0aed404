package cases

import (
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// harm is what a stranger can do to an anchor where nobody has to prove who he is.
type harm struct {
	name, action string
	fields       client.Fields
	user         string // who may; "" is anybody who is known
	reads        bool   // and so asked about with XZB_AUTH_READS only
}

// harmsTo are in an order in which all can be done.
func harmsTo(a *client.Anchor) []harm {
	return []harm{
		{name: "the list of all rooms", action: "FetchList", fields: client.Fields{"flag": 3, "pageno": 1, "pagesize": 100}, reads: true},
		{name: "the viewers of a room", action: "FetchGroupMemberList", fields: client.Fields{"liveuserid": a.ID, "groupid": a.Group, "pageno": 1, "pagesize": 100}, reads: true},
		{name: "signed play URLs", action: "GetUserInfo", fields: client.Fields{"userid": a.ID, "type": 0}, reads: true},
		{name: "a like", action: "ChangeCount", fields: a.LikeFields()},
		{name: "a like taken away", action: "ChangeCount", fields: a.LikeFields().With("optype", 1)},
		{name: "a viewer who is none", action: "EnterGroup", fields: a.EnterFields("bot"), user: "bot"},
		{name: "a viewer thrown out", action: "QuitGroup", fields: a.QuitFields("viewer"), user: "viewer"},
		{name: "an upload signature", action: "GetCOSSign"},
		{name: "a room of a made-up user", action: "RequestLVBAddr", fields: a.Fields().With("userid", "bot"), user: "bot"},
		{name: "that room listed, to which nobody pushes", action: "ChangeStatus", fields: client.Fields{"userid": "bot", "status": 0}, user: "bot"},
		{name: "and taken off again", action: "ChangeStatus", fields: client.Fields{"userid": "bot", "status": 1}, user: "bot"},
		{name: "the anchor's push URL", action: "RequestLVBAddr", fields: a.Fields(), user: a.ID},
		{name: "the anchor's room ended", action: "ChangeStatus", fields: client.Fields{"userid": a.ID, "status": 1}, user: a.ID},
		{name: "a session in the anchor's place", action: "RequestLVBAddr", fields: a.Fields().With("groupid", client.NewID("group")), user: a.ID},
	}
}

// asked tells whether a server asks who does it.
func (h harm) asked(server client.Server) bool {
	return !h.reads || server.Setting("XZB_AUTH_READS") == "true"
}

// Strangers are the cases of strangers on a server that everybody uses, if it asks who they are.
func Strangers(t *testing.T, server client.Server) {
	switch mode := server.Setting("XZB_AUTH"); mode {
	case "require":
		strangerCases(t, server)
	case "observe":
		c := client.New(t, server)
		mustDoAllTo(c.AsNobody(), c.OnlineAnchor())
		mustDoAllTo(c.Proving(), c.OnlineAnchor())
	default:
		t.Skip("nobody has to prove who he is here")
	}
}

// strangerCases try every harm with no proof, then with that of somebody else, then as who may.
func strangerCases(t *testing.T, server client.Server) {
	c := client.New(t, server)
	a := c.OnlineAnchor()
	a.Enter("viewer")
	a.Like(3)
	before := a.Info().Lasting()
	nobody := c.AsNobody()
	for _, h := range harmsTo(a) {
		if !h.asked(server) {
			nobody.Must(h.action, h.fields)
			continue
		}
		r := nobody.Refuses(client.CodeNotAllowed, h.action, h.fields)
		if !strings.Contains(r.Message, "missing") {
			t.Errorf("%s: the message %q does not say what is missing", h.name, r.Message)
		}
		if len(r.Data) > 0 {
			t.Errorf("%s: refused, and yet given %v", h.name, r.Data)
		}
		if h.user != "" {
			refusedProof(c, h, client.Hs256(server.Setting("XZB_AUTH_JWT_KEY"), client.JwtHeader, client.ClaimsOf("mallory", time.Hour)))
		}
	}
	if after := a.Info().Lasting(); after != before {
		t.Errorf("the room was %+v, and is %+v", before, after)
	}
	a.MustHave("after all that", 3, 1)
	mustDoAllTo(c, a)
}

// mustDoAllTo does every harm, with whatever proof the client shows.
func mustDoAllTo(c *client.Client, a *client.Anchor) {
	c.T.Helper()
	a.Enter("viewer")
	for _, h := range harmsTo(a) {
		c.Must(h.action, h.fields)
	}
}
