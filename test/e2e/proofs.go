package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	userSigAppID = "1400000000"
	userSigKey   = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
)

// harm is what a stranger can do to an anchor where nobody has to prove who he is.
type harm struct {
	name, action string
	fields       fields
	user         string // who may; "" is anybody who is known
}

func harmsTo(a *anchor) []harm {
	return []harm{ // in an order in which all can be done
		{name: "a like", action: "ChangeCount", fields: a.likeFields()},
		{name: "a like taken away", action: "ChangeCount", fields: a.likeFields().with("optype", 1)},
		{name: "a viewer who is none", action: "EnterGroup", fields: a.enterFields("bot"), user: "bot"},
		{name: "a viewer thrown out", action: "QuitGroup", fields: a.quitFields("viewer"), user: "viewer"},
		{name: "an upload signature", action: "GetCOSSign"},
		{name: "a room of a made-up user", action: "RequestLVBAddr", fields: a.fields().with("userid", "bot"), user: "bot"},
		{name: "the anchor's push URL", action: "RequestLVBAddr", fields: a.fields(), user: a.id},
		{name: "the anchor's room ended", action: "ChangeStatus", fields: fields{"userid": a.id, "status": 1}, user: a.id},
		{name: "a session in the anchor's place", action: "RequestLVBAddr", fields: a.fields().with("groupid", newID("group")), user: a.id},
	}
}

// proofCases are those of somebody who has no proof, or a wrong one.
func proofCases(t *testing.T, start Starter) {
	settings := AskingForProof()
	settings["XZB_AUTH_READS"] = "true"
	settings["XZB_AUTH_USERSIG_APPID"], settings["XZB_AUTH_USERSIG_KEY"] = userSigAppID, userSigKey
	server := start(t, settings)
	t.Run("a stranger can do nothing to an anchor", func(t *testing.T) { strangerCases(t, server) })
	t.Run("hostile proofs", func(t *testing.T) { hostileProofs(t, server) })
	settings["XZB_AUTH"] = "observe"
	t.Run("observing", func(t *testing.T) { observed(t, start(t, settings)) })
}

func strangerCases(t *testing.T, server Server) {
	c := newClient(t, server)
	a := c.onlineAnchor()
	a.enter("viewer")
	a.like(3)
	before := a.info().lasting()
	nobody := c.asNobody()
	for _, h := range harmsTo(a) {
		r := nobody.refuses(codeNotAllowed, h.action, h.fields)
		if !strings.Contains(r.Message, "missing") {
			t.Errorf("%s: the message %q does not say what is missing", h.name, r.Message)
		}
		if h.user != "" {
			c.refusedProof(h, hs256(server.Setting("XZB_AUTH_JWT_KEY"), jwtHeader, claimsOf("mallory", time.Hour)))
		}
	}
	for _, example := range calls(a) { // reads among them
		nobody.refuses(codeNotAllowed, example.action, example.fields)
	}
	if after := a.info().lasting(); after != before {
		t.Errorf("the room was %+v, and is %+v", before, after)
	}
	a.mustHave("after all that", 3, 1)
	for _, h := range harmsTo(a) {
		c.must(h.action, h.fields) // whose proof the client has
	}
}

// hostileProofs are for the anchor himself, and each is wrong in one way.
func hostileProofs(t *testing.T, server Server) {
	c := newClient(t, server)
	a := c.onlineAnchor()
	key := server.Setting("XZB_AUTH_JWT_KEY")
	good := claimsOf(a.id, time.Hour)
	end := harm{name: "the anchor's room ended", action: "ChangeStatus", fields: fields{"userid": a.id, "status": 1}, user: a.id}
	for name, token := range map[string]string{
		"another key":         hs256(strings.Repeat("k", 32), jwtHeader, good),
		"none":                hs256(key, `{"alg":"none"}`, good),
		"none, unsigned":      strings.TrimRight(hs256(key, `{"alg":"none"}`, good), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
		"another algorithm":   hs256(key, `{"alg":"HS512"}`, good),
		"a key confused":      hs256(key, `{"alg":"RS256"}`, good),
		"an unknown crit":     hs256(key, `{"alg":"HS256","crit":["mine"],"mine":1}`, good),
		"two algorithms":      hs256(key, `{"alg":"HS256","alg":"HS256"}`, good),
		"expired":             hs256(key, jwtHeader, claimsOf(a.id, -time.Hour)),
		"not yet valid":       hs256(key, jwtHeader, good.with("nbf", time.Now().Add(time.Hour).Unix())),
		"no expiry":           hs256(key, jwtHeader, good.without("exp")),
		"no user":             hs256(key, jwtHeader, good.without("sub")),
		"a long user":         hs256(key, jwtHeader, good.with("sub", strings.Repeat("u", 129))),
		"too long":            hs256(key, jwtHeader, good.with("x", strings.Repeat("x", 8<<10))),
		"no token":            "hunter2",
		"a UserSig's place":   userSig(userSigAppID, userSigKey, a.id, time.Now(), time.Hour),
		"a UserSig of others": hs256(userSigKey, jwtHeader, good),
	} {
		t.Run(name, func(t *testing.T) { c.on(t).refusedProof(end, token) })
	}
	for name, sig := range map[string]string{
		"another key":   userSig(userSigAppID, strings.Repeat("k", 64), a.id, time.Now(), time.Hour),
		"another app":   userSig("1400000001", userSigKey, a.id, time.Now(), time.Hour),
		"another user":  userSig(userSigAppID, userSigKey, "mallory", time.Now(), time.Hour),
		"expired":       userSig(userSigAppID, userSigKey, a.id, time.Now().Add(-2*time.Hour), time.Hour),
		"not yet valid": userSig(userSigAppID, userSigKey, a.id, time.Now().Add(time.Hour), time.Hour),
		"no expiry":     userSig(userSigAppID, userSigKey, a.id, time.Now(), 0),
		"no UserSig":    "hunter2",
	} {
		t.Run("a UserSig: "+name, func(t *testing.T) {
			server.Conceal(sig)
			r := c.on(t).asNobody().refuses(codeNotAllowed, end.action, end.fields.with("usersig", sig))
			mustShowNothing(t, r, sig)
		})
	}
	a.mustBeListed("after all those")
	c.asNobody().must("ChangeStatus", end.fields.with("status", 0).with("usersig", userSig(userSigAppID, userSigKey, a.id, time.Now(), time.Hour)))
	c.asNobody().must("ChangeStatus", end.fields.with("status", 0).with("token", hs256(key, jwtHeader, good)))
}

// refusedProof shows a token in the header, and then in the field.
func (c *client) refusedProof(h harm, token string) {
	c.t.Helper()
	c.server.Conceal(token)
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
	res, err := c.exchange(http.MethodPost, c.path, header, bytes.NewReader(encode(h.action, h.fields)))
	if err != nil {
		c.t.Fatal(err)
	}
	r, err := c.parse(res)
	if err != nil {
		c.t.Fatal(err)
	}
	if r.Code != codeNotAllowed {
		c.t.Errorf("%s, by a header: got %d (%s), want %d", h.name, r.Code, r.Message, codeNotAllowed)
	}
	mustShowNothing(c.t, r, token)
	r = c.asNobody().refuses(codeNotAllowed, h.action, h.fields.with("token", token))
	mustShowNothing(c.t, r, token)
}

func mustShowNothing(t testing.TB, r reply, proof string) {
	t.Helper()
	if strings.Contains(r.Body, proof) {
		t.Errorf("the reply shows the proof: %s", r.Body)
	}
}

// observed is as without proofs, and counts.
func observed(t *testing.T, server Server) {
	c := newClient(t, server).asNobody()
	a := c.onlineAnchor()
	a.enter("viewer")
	for _, h := range harmsTo(a) {
		c.must(h.action, h.fields)
	}
	wrong := hs256(strings.Repeat("k", 32), jwtHeader, claimsOf(a.id, time.Hour))
	server.Conceal(wrong)
	for range 4 { // connections, of which a balancer gives some to the gateway whose metrics are read
		other := newClient(t, server).asNobody()
		other.must("ChangeStatus", fields{"userid": a.id, "status": 0})
		other.must("ChangeStatus", fields{"userid": a.id, "status": 0, "token": wrong})
	}
	_, metrics, err := get(t.Context(), server.OpsURL()+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range []string{"missing", "wrong_signature"} {
		if !strings.Contains(metrics, "xzb_auth_refusals_total") || !strings.Contains(metrics, `xzb_reason="`+reason+`"`) {
			t.Errorf("the metrics do not count %s", reason)
		}
	}
	if strings.Contains(metrics, wrong) || strings.Contains(metrics, "eyJ") {
		t.Error("the metrics show a token")
	}
}
