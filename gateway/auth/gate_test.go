package auth_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/auth/proof"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/apierr"
)

func TestAUserIsKnownByEveryKindOfProofInEveryPlace(t *testing.T) {
	g := newGate(t, everything(auth.Require))
	jwt := token(t, "tom")
	for name, s := range map[string]sent{
		"a JWT in the header":             {header: http.Header{"Authorization": {"Bearer " + jwt}}},
		"a JWT, the scheme in small":      {header: http.Header{"Authorization": {"bearer  " + jwt}}},
		"a JWT in the field":              {fields: map[string]any{"token": jwt}},
		"a JWT in both":                   {header: http.Header{"Authorization": {"Bearer " + jwt}}, fields: map[string]any{"token": jwt}},
		"a JWT beside another scheme":     {header: http.Header{"Authorization": {"Basic dG9tOnRvbQ==", "Bearer " + jwt}}},
		"a UserSig in the header":         {header: http.Header{"UserSig": {tomsUserSig}}},
		"a UserSig in the field":          {fields: map[string]any{"usersig": tomsUserSig}},
		"a proxy's header":                {proxied: true, header: http.Header{"X-User-Id": {"tom"}}},
		"all of them":                     {proxied: true, header: http.Header{"X-User-Id": {"tom"}, "UserSig": {tomsUserSig}}, fields: map[string]any{"token": jwt}},
		"a JWT, other fields being empty": {header: http.Header{"UserSig": {""}}, fields: map[string]any{"token": jwt, "usersig": nil}},
	} {
		if caller, err := g.admit(t, auth.Known, s); err != nil || caller.User != "tom" {
			t.Errorf("%s: %+v, %v", name, caller, err)
		}
	}
}

func TestWhatDoesNotProveAUserIsRefusedAndNotSwallowed(t *testing.T) {
	g := newGate(t, everything(auth.Require))
	jwt, anns := token(t, "tom"), token(t, "ann")
	expired := authtest.HS256(t, authtest.Claims("tom", now.Add(-24*60*60*1e9)))
	for name, test := range map[string]struct {
		sent sent
		want proof.Error
	}{
		"nothing":                       {sent{}, proof.ErrMissing},
		"another scheme":                {sent{header: http.Header{"Authorization": {"Basic dG9tOnRvbQ=="}}}, proof.ErrMissing},
		"a header of no proxy":          {sent{header: http.Header{"X-User-Id": {"tom"}}}, proof.ErrMissing},
		"an empty header":               {sent{proxied: true, header: http.Header{"X-User-Id": {""}}}, proof.ErrMissing},
		"fields that are no text":       {sent{fields: map[string]any{"token": []int{1}, "usersig": true}}, proof.ErrMissing},
		"a token that is a number":      {sent{fields: map[string]any{"token": 5}}, proof.ErrMalformed},
		"a UserSig that is a number":    {sent{fields: map[string]any{"usersig": 5}}, proof.ErrMalformed},
		"two users of a proxy":          {sent{proxied: true, header: http.Header{"X-User-Id": {"ann", "tom"}}}, proof.ErrMalformed},
		"one user of a proxy, twice":    {sent{proxied: true, header: http.Header{"X-User-Id": {"tom", "tom"}}}, proof.ErrMalformed},
		"a proxy's user that is none":   {sent{proxied: true, header: http.Header{"X-User-Id": {strings.Repeat("u", 129)}}}, proof.ErrNoUser},
		"a proxy's user of no UTF-8":    {sent{proxied: true, header: http.Header{"X-User-Id": {"tom\xff"}}}, proof.ErrNoUser},
		"two tokens in headers":         {sent{header: http.Header{"Authorization": {"Bearer " + jwt, "Bearer " + jwt}}}, proof.ErrMalformed},
		"two users by token":            {sent{header: http.Header{"Authorization": {"Bearer " + jwt}}, fields: map[string]any{"token": anns}}, proof.ErrConflicting},
		"two users by two kinds":        {sent{header: http.Header{"UserSig": {tomsUserSig}}, fields: map[string]any{"token": anns}}, proof.ErrConflicting},
		"another user than the proxy's": {sent{proxied: true, header: http.Header{"X-User-Id": {"ann"}}, fields: map[string]any{"usersig": tomsUserSig}}, proof.ErrConflicting},
		"a wrong one beside a right":    {sent{header: http.Header{"UserSig": {tomsUserSig}}, fields: map[string]any{"token": expired}}, proof.ErrExpired},
		"a right one beside a wrong":    {sent{header: http.Header{"UserSig": {"wrong"}}, fields: map[string]any{"token": jwt}}, proof.ErrMalformed},
		"a wrong field, a right header": {sent{header: http.Header{"Authorization": {"Bearer " + jwt}}, fields: map[string]any{"token": expired}}, proof.ErrExpired},
		"a wrong proof by a proxy":      {sent{proxied: true, header: http.Header{"X-User-Id": {"tom"}}, fields: map[string]any{"token": expired}}, proof.ErrExpired},
	} {
		caller, err := g.admit(t, auth.Known, test.sent)
		if apierr.CodeOf(err) != apierr.Denied || caller.User != "" || !strings.Contains(err.Error(), test.want.Error()) {
			t.Errorf("%s: %+v, %v, want %v", name, caller, err, test.want)
		}
		if err != nil && (strings.Contains(err.Error(), "eyJ") || strings.Contains(err.Error(), "dG9t")) {
			t.Errorf("%s: %v shows what was sent", name, err)
		}
	}
	if log := g.log.String(); strings.Contains(log, "eyJ") || strings.Contains(log, "dG9t") || strings.Contains(log, jwt[:20]) {
		t.Errorf("the log shows what was sent: %s", log)
	}
}

func TestAProofThatNobodyConfiguredIsNotLookedAt(t *testing.T) {
	c := everything(auth.Require)
	c.UserSigAppID, c.Header = "", ""
	g := newGate(t, c)
	s := sent{proxied: true, header: http.Header{"X-User-Id": {"ann"}, "UserSig": {"wrong"}}, fields: map[string]any{"token": token(t, "tom"), "usersig": "wrong"}}
	if caller, err := g.admit(t, auth.Known, s); err != nil || caller.User != "tom" {
		t.Errorf("%+v, %v", caller, err)
	}
	if _, err := g.admit(t, auth.Known, sent{}); err == nil || !strings.Contains(err.Error(), "JWT") || strings.Contains(err.Error(), "UserSig") {
		t.Errorf("says how with %v", err)
	}
}

func TestADemandSaysOfWhomAProofMustBe(t *testing.T) {
	c := everything(auth.Require)
	closed := c
	closed.Reads = true
	of := func(user string, fields map[string]any) sent {
		return sent{fields: fields, header: http.Header{"Authorization": {"Bearer " + token(t, user)}}}
	}
	toms := map[string]any{"userid": "tom"}
	for name, test := range map[string]struct {
		config auth.Config
		demand auth.Demand
		sent   sent
		allows bool
	}{
		"one's own":                    {c, auth.Own, of("tom", toms), true},
		"a number of one's own":        {c, auth.Own, of("42", map[string]any{"userid": 42}), true},
		"another's":                    {c, auth.Own, of("ann", toms), false},
		"another's in another case":    {c, auth.Own, of("Tom", toms), false},
		"one's own, nobody known":      {c, auth.Own, sent{fields: toms}, false},
		"a userid that cannot be read": {c, auth.Own, of("ann", map[string]any{"userid": ""}), true}, // the Action refuses it
		"no userid, nobody known":      {c, auth.Own, sent{}, false},
		"anybody's":                    {c, auth.Known, of("ann", toms), true},
		"anybody's, nobody known":      {c, auth.Known, sent{fields: toms}, false},
		"reading":                      {c, auth.Read, sent{}, true},
		"reading where that is closed": {closed, auth.Read, sent{}, false},
		"reading as somebody":          {closed, auth.Read, of("ann", toms), true},
	} {
		g := newGate(t, test.config)
		if _, err := g.admit(t, test.demand, test.sent); (err == nil) != test.allows {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestToObserveRefusesNothingAndCountsTheSame(t *testing.T) {
	for _, mode := range []string{auth.Observe, auth.Require} {
		g := newGate(t, everything(mode))
		for range 3 {
			_, missing := g.admit(t, auth.Own, sent{fields: map[string]any{"userid": "tom"}})
			caller, foreign := g.admit(t, auth.Own, sent{fields: map[string]any{"userid": "tom", "token": token(t, "ann")}})
			if refused := mode == auth.Require; (missing != nil) != refused || (foreign != nil) != refused {
				t.Errorf("%s: %v, %v", mode, missing, foreign)
			}
			if mode == auth.Observe && caller.User != "ann" {
				t.Errorf("%+v has proven to be ann", caller)
			}
		}
		counted := g.recorder.Values(t)
		for _, reason := range []string{"missing", "not_own"} {
			if key := "xzb.auth.refusals xzb.action=EnterGroup xzb.auth.mode=" + mode + " xzb.reason=" + reason; counted[key] != 3 {
				t.Errorf("%s is %d, in %v", key, counted[key], counted)
			}
		}
		if lines := strings.Count(g.log.String(), `"auth":"`+mode+`"`); lines != 2 || !strings.Contains(g.log.String(), `"user":"tom","client":"192.0.2.7"`) {
			t.Errorf("%s: %d lines, want one for each reason: %s", mode, lines, g.log)
		}
	}
}

func TestAuthThatIsOffIsNoGate(t *testing.T) {
	for _, mode := range []string{"", auth.Off} {
		if g := newGate(t, everything(mode)); g.Gate != nil {
			t.Errorf("%q has a gate", mode)
		}
	}
}

// Whoever sends tokens of a kind that nobody signs must not be waited for.
func TestKeysThatNeverChangeAreNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t, everything(auth.Require))
		began := time.Now()
		confused := authtest.Token(t, authtest.Object{"alg": "RS256"}, authtest.Claims("tom", now), []byte(authtest.Secret))
		if _, err := g.admit(t, auth.Known, sent{fields: map[string]any{"token": confused}}); err == nil || time.Since(began) > 0 {
			t.Errorf("%v, after %s", err, time.Since(began))
		}
	})
}

// What was verified once is not verified again, and yet expires.
func TestAProofThatIsKnownExpires(t *testing.T) {
	g, at := newGate(t, everything(auth.Require)), now
	g.Gate = gateAt(t, everything(auth.Require), &at)
	s := sent{fields: map[string]any{"token": token(t, "tom")}}
	for _, step := range []struct {
		at      time.Duration
		allowed bool
	}{{0, true}, {time.Hour, true}, {time.Hour + proof.Leeway + time.Second, false}, {0, true}} {
		at = now.Add(step.at)
		if _, err := g.admit(t, auth.Known, s); (err == nil) != step.allowed {
			t.Errorf("after %s: %v", step.at, err)
		}
	}
}

func BenchmarkAdmit(b *testing.B) {
	gate := gateAt(b, everything(auth.Require), &now)
	fields, err := envelope.Parse([]byte(`{"userid":"tom","token":"` + authtest.HS256(b, authtest.Claims("tom", now)) + `"}`))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := gate.Admit(b.Context(), "EnterGroup", auth.Own, nil, fields); err != nil {
			b.Fatal(err)
		}
	}
}
