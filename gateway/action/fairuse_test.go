package action_test

import (
	"encoding/json"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

// Each request is sent from one address until its limit is met: what is over it has
// no effect, and another address is not concerned.
func TestWhatIsMoreThanFairHasNoEffect(t *testing.T) {
	for name, one := range map[string]struct {
		limit   fairuse.Config
		request func(i int) object
		code    envelope.Code // of what is over
		message string
	}{
		"likes": {
			fairuse.Config{MaxLikesPerClient: 2},
			func(int) object { return with("ChangeCount", "Action", "ChangeCount") }, envelope.OK, "return successfully!",
		},
		"likes of an address": {
			fairuse.Config{MaxLikesPerAddress: 2},
			func(int) object { return with("ChangeCount", "Action", "ChangeCount") }, envelope.OK, "return successfully!",
		},
		"opened": {
			fairuse.Config{MaxAnchorsPerAddress: 2},
			func(i int) object { return numbered("RequestLVBAddr", "userid", i) }, envelope.TooMany, "(max_anchors_per_address)",
		},
		"changed": {
			fairuse.Config{MaxChangesPerUser: 2},
			func(i int) object { return numbered("RequestLVBAddr", "title", i) }, envelope.TooMany, "(max_changes_per_user)",
		},
		"entered": {
			fairuse.Config{MaxMembersPerAddress: 2},
			func(i int) object { return numbered("EnterGroup", "userid", i) }, envelope.TooMany, "(max_members_per_address)",
		},
		"upload signatures": {
			fairuse.Config{MaxUploadsPerAddress: 2},
			func(int) object { return object{"Action": "GetCOSSign"} }, envelope.TooMany, "(max_uploads_per_address)",
		},
		"thrown out": {
			fairuse.Config{MaxUsersPerAddress: 2},
			func(i int) object { return numbered("QuitGroup", "userid", i) }, envelope.TooMany, "(max_users_per_address)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			fakes, effects := gatewaytest.World(), new(int)
			countEffects(fakes, effects)
			actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
			t.Cleanup(actions.Close)
			limits, err := fairuse.New(one.limit, time.Now, telemetrytest.New().Scope())
			if err != nil {
				t.Fatal(err)
			}
			actions.FairUse = limits
			serve := func(i int, address string, code envelope.Code, message string) {
				t.Helper()
				body, err := json.Marshal(one.request(i))
				if err != nil {
					t.Fatal(err)
				}
				outcome := actions.Read(body).Serve(t.Context(), netip.MustParsePrefix(address))
				if outcome.Code != code || outcome.Fault != "" || !strings.Contains(string(outcome.Body), message) {
					t.Errorf("request %d is answered %s, want %d with %q", i, outcome.Body, code, message)
				}
			}
			for i := range 2 {
				serve(i, "198.51.100.7/32", envelope.OK, "")
			}
			for i := range 3 {
				serve(10+i, "198.51.100.7/32", one.code, one.message)
			}
			if *effects != 2 {
				t.Errorf("%d effects, want 2", *effects)
			}
			if name != "changed" { // by one user, wherever he is
				serve(20, "2001:db8::/64", envelope.OK, "")
			}
		})
	}
}

// With a proof it is the user whose likes are counted, wherever the user is.
func TestAUserWithAProofIsTheClientWhoLikes(t *testing.T) {
	serve, effects := askingServer(t, auth.Require)
	limits, err := fairuse.New(fairuse.Config{MaxLikesPerClient: 2}, time.Now, telemetrytest.New().Scope())
	if err != nil {
		t.Fatal(err)
	}
	serve.FairUse = limits
	for _, user := range []string{"ann", "ann", "ann", "bob", "ann", "bob", "bob"} {
		serve.says(t, "a like of "+user, with("ChangeCount", "Action", "ChangeCount"), user, envelope.OK)
	}
	if *effects != 4 {
		t.Errorf("%d likes were counted, want two of each user", *effects)
	}
}

func numbered(action, field string, i int) object {
	request := with(action, field, string(rune('a'+i)))
	request["Action"] = action
	return request
}
