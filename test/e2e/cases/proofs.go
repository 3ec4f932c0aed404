package cases

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

const (
	userSigAppID = "1400000000"
	userSigKey   = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
)

// Proofs are those of somebody who has no proof, or a wrong one.
func Proofs(t *testing.T, start client.Starter) {
	settings := client.AskingForProof()
	settings["XZB_AUTH_READS"] = "true"
	settings["XZB_AUTH_USERSIG_APPID"], settings["XZB_AUTH_USERSIG_KEY"] = userSigAppID, userSigKey
	keys := newKeySet(t)
	settings["XZB_AUTH_JWKS"] = keys.file
	server := start(t, settings)
	t.Run("a stranger can do nothing to an anchor", func(t *testing.T) { strangerCases(t, server) })
	t.Run("hostile proofs", func(t *testing.T) { hostileProofs(t, server) })
	t.Run("keys that everybody knows", func(t *testing.T) { confusedKeys(t, server, keys) })
	settings["XZB_AUTH"] = "observe"
	t.Run("observing", func(t *testing.T) { observed(t, start(t, settings)) })
}

// hostileProofs are for the anchor himself, and each is wrong in one way.
func hostileProofs(t *testing.T, server client.Server) {
	c := client.New(t, server)
	a := c.OnlineAnchor()
	key := server.Setting("XZB_AUTH_JWT_KEY")
	good := client.ClaimsOf(a.ID, time.Hour)
	end := harm{name: "the anchor's room ended", action: "ChangeStatus", fields: client.Fields{"userid": a.ID, "status": 1}, user: a.ID}
	for name, token := range map[string]string{
		"another key":         client.Hs256(strings.Repeat("k", 32), client.JwtHeader, good),
		"none":                client.Hs256(key, `{"alg":"none"}`, good),
		"none, unsigned":      strings.TrimRight(client.Hs256(key, `{"alg":"none"}`, good), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
		"another algorithm":   client.Hs256(key, `{"alg":"HS512"}`, good),
		"a key confused":      client.Hs256(key, `{"alg":"RS256"}`, good),
		"an unknown crit":     client.Hs256(key, `{"alg":"HS256","crit":["mine"],"mine":1}`, good),
		"two algorithms":      client.Hs256(key, `{"alg":"HS256","alg":"HS256"}`, good),
		"expired":             client.Hs256(key, client.JwtHeader, client.ClaimsOf(a.ID, -time.Hour)),
		"not yet valid":       client.Hs256(key, client.JwtHeader, good.With("nbf", time.Now().Add(time.Hour).Unix())),
		"no expiry":           client.Hs256(key, client.JwtHeader, good.Without("exp")),
		"no user":             client.Hs256(key, client.JwtHeader, good.Without("sub")),
		"a long user":         client.Hs256(key, client.JwtHeader, good.With("sub", strings.Repeat("u", 129))),
		"too long":            client.Hs256(key, client.JwtHeader, good.With("x", strings.Repeat("x", 8<<10))),
		"no token":            "hunter2",
		"a UserSig's place":   client.UserSig(userSigAppID, userSigKey, a.ID, time.Now(), time.Hour),
		"a UserSig of others": client.Hs256(userSigKey, client.JwtHeader, good),
	} {
		t.Run(name, func(t *testing.T) { refusedProof(c.On(t), end, token) })
	}
	for name, sig := range map[string]string{
		"another key":   client.UserSig(userSigAppID, strings.Repeat("k", 64), a.ID, time.Now(), time.Hour),
		"another app":   client.UserSig("1400000001", userSigKey, a.ID, time.Now(), time.Hour),
		"another user":  client.UserSig(userSigAppID, userSigKey, "mallory", time.Now(), time.Hour),
		"expired":       client.UserSig(userSigAppID, userSigKey, a.ID, time.Now().Add(-2*time.Hour), time.Hour),
		"not yet valid": client.UserSig(userSigAppID, userSigKey, a.ID, time.Now().Add(time.Hour), time.Hour),
		"no expiry":     client.UserSig(userSigAppID, userSigKey, a.ID, time.Now(), 0),
		"no UserSig":    "hunter2",
	} {
		t.Run("a UserSig: "+name, func(t *testing.T) {
			server.Conceal(sig)
			r := c.On(t).AsNobody().Refuses(client.CodeNotAllowed, end.action, end.fields.With("usersig", sig))
			mustShowNothing(t, r, sig)
		})
	}
	a.MustBeListed("after all those")
	c.AsNobody().Must("ChangeStatus", end.fields.With("status", 0).With("usersig", client.UserSig(userSigAppID, userSigKey, a.ID, time.Now(), time.Hour)))
	c.AsNobody().Must("ChangeStatus", end.fields.With("status", 0).With("token", client.Hs256(key, client.JwtHeader, good)))
}

// refusedProof shows a token in the header, and then in the field.
func refusedProof(c *client.Client, h harm, token string) {
	c.T.Helper()
	c.Conceal(token)
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
	res, err := c.Exchange(http.MethodPost, c.Path, header, bytes.NewReader(client.Encode(h.action, h.fields)))
	if err != nil {
		c.T.Fatal(err)
	}
	r, err := c.Parse(res)
	if err != nil {
		c.T.Fatal(err)
	}
	if r.Code != client.CodeNotAllowed {
		c.T.Errorf("%s, by a header: got %d (%s), want %d", h.name, r.Code, r.Message, client.CodeNotAllowed)
	}
	mustShowNothing(c.T, r, token)
	r = c.AsNobody().Refuses(client.CodeNotAllowed, h.action, h.fields.With("token", token))
	mustShowNothing(c.T, r, token)
}

func mustShowNothing(t testing.TB, r client.Reply, proof string) {
	t.Helper()
	if strings.Contains(r.Body, proof) {
		t.Errorf("the reply shows the proof: %s", r.Body)
	}
}
