package e2e

import (
	"strings"
	"testing"
	"time"
)

// harm is what a stranger can do to an anchor where nobody has to prove who he is.
type harm struct {
	name, action string
	fields       fields
	user         string // who may; "" is anybody who is known
	reads        bool   // and so asked about with XZB_AUTH_READS only
}

// harmsTo are in an order in which all can be done.
func harmsTo(a *anchor) []harm {
	return []harm{
		{name: "the list of all rooms", action: "FetchList", fields: fields{"flag": 3, "pageno": 1, "pagesize": 100}, reads: true},
		{name: "the viewers of a room", action: "FetchGroupMemberList", fields: fields{"liveuserid": a.id, "groupid": a.group, "pageno": 1, "pagesize": 100}, reads: true},
		{name: "signed play URLs", action: "GetUserInfo", fields: fields{"userid": a.id, "type": 0}, reads: true},
		{name: "a like", action: "ChangeCount", fields: a.likeFields()},
		{name: "a like taken away", action: "ChangeCount", fields: a.likeFields().with("optype", 1)},
		{name: "a viewer who is none", action: "EnterGroup", fields: a.enterFields("bot"), user: "bot"},
		{name: "a viewer thrown out", action: "QuitGroup", fields: a.quitFields("viewer"), user: "viewer"},
		{name: "an upload signature", action: "GetCOSSign"},
		{name: "a room of a made-up user", action: "RequestLVBAddr", fields: a.fields().with("userid", "bot"), user: "bot"},
		{name: "that room listed, to which nobody pushes", action: "ChangeStatus", fields: fields{"userid": "bot", "status": 0}, user: "bot"},
		{name: "and taken off again", action: "ChangeStatus", fields: fields{"userid": "bot", "status": 1}, user: "bot"},
		{name: "the anchor's push URL", action: "RequestLVBAddr", fields: a.fields(), user: a.id},
		{name: "the anchor's room ended", action: "ChangeStatus", fields: fields{"userid": a.id, "status": 1}, user: a.id},
		{name: "a session in the anchor's place", action: "RequestLVBAddr", fields: a.fields().with("groupid", newID("group")), user: a.id},
	}
}

// asked tells whether a server asks who does it.
func (h harm) asked(server Server) bool {
	return !h.reads || server.Setting("XZB_AUTH_READS") == "true"
}

// strangersOnShared are the cases of strangers on a server that everybody uses, if it asks who they are.
func strangersOnShared(t *testing.T, server Server) {
	switch mode := server.Setting("XZB_AUTH"); mode {
	case "require":
		strangerCases(t, server)
	case "observe":
		c := newClient(t, server)
		c.asNobody().mustDoAllTo(c.onlineAnchor())
		c.proving().mustDoAllTo(c.onlineAnchor())
	default:
		t.Skip("nobody has to prove who he is here")
	}
}

// strangerCases try every harm with no proof, then with that of somebody else, then as who may.
func strangerCases(t *testing.T, server Server) {
	c := newClient(t, server)
	a := c.onlineAnchor()
	a.enter("viewer")
	a.like(3)
	before := a.info().lasting()
	nobody := c.asNobody()
	for _, h := range harmsTo(a) {
		if !h.asked(server) {
			nobody.must(h.action, h.fields)
			continue
		}
		r := nobody.refuses(codeNotAllowed, h.action, h.fields)
		if !strings.Contains(r.Message, "missing") {
			t.Errorf("%s: the message %q does not say what is missing", h.name, r.Message)
		}
		if len(r.Data) > 0 {
			t.Errorf("%s: refused, and yet given %v", h.name, r.Data)
		}
		if h.user != "" {
			c.refusedProof(h, hs256(server.Setting("XZB_AUTH_JWT_KEY"), jwtHeader, claimsOf("mallory", time.Hour)))
		}
	}
	if after := a.info().lasting(); after != before {
		t.Errorf("the room was %+v, and is %+v", before, after)
	}
	a.mustHave("after all that", 3, 1)
	c.mustDoAllTo(a)
}

// mustDoAllTo does every harm, with whatever proof the client shows.
func (c *client) mustDoAllTo(a *anchor) {
	c.t.Helper()
	a.enter("viewer")
	for _, h := range harmsTo(a) {
		c.must(h.action, h.fields)
	}
}
