package edge_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

const online = `{"Action":"ChangeStatus","userid":"tom","status":0}`

// serveAsking serves Actions that ask for proof.
func serveAsking(tb testing.TB, edgeConfig edge.Config, authConfig auth.Config) (base string) {
	tb.Helper()
	edgeConfig.ListenHTTP = "127.0.0.1:0"
	front, actions := newEdge(tb, edgeConfig, gatewaytest.World(), &lifecycle.Health{})
	gate, err := auth.New(authConfig, time.Now, telemetry.Discard())
	if err != nil {
		tb.Fatal(err)
	}
	actions.Ask(gate)
	return "http://" + serveOn(tb, front, actions, nil)
}

func TestAProofInAHeaderIsTaken(t *testing.T) {
	base := serveAsking(t, edge.Config{}, auth.Config{Mode: auth.Require, JWT: auth.JWTConfig{Key: config.Secret{Value: authtest.Secret}}})
	toms := "Bearer " + authtest.HS256(t, authtest.Claims("tom", time.Now()))
	for name, test := range map[string]struct{ header, want string }{
		"his own":     {toms, `{"returnValue":0,`},
		"another's":   {"Bearer " + authtest.HS256(t, authtest.Claims("ann", time.Now())), `{"returnValue":4004,`},
		"none":        {"", `{"returnValue":4004,`},
		"a long one":  {toms + strings.Repeat("A", 12<<10), `{"returnValue":4004,`},
		"a wrong one": {toms[:len(toms)-4], `{"returnValue":4004,`},
	} {
		status, _, reply := do(t, http.MethodPost, base, online, "Authorization", test.header)
		if status != http.StatusOK || !strings.HasPrefix(reply, test.want) || strings.Contains(reply, "eyJ") {
			t.Errorf("%s: %d %s, want %s", name, status, reply, test.want)
		}
	}
}

func TestAHeaderThatNamesTheUserIsBelievedFromTrustedProxiesOnly(t *testing.T) {
	asks := auth.Config{Mode: auth.Require, Header: "X-Auth-User"}
	for proxy, want := range map[string]string{
		"127.0.0.0/8": `{"returnValue":0,`, "::1": `{"returnValue":4004,`, "10.0.0.0/8": `{"returnValue":4004,`,
	} {
		base := serveAsking(t, edge.Config{TrustedProxies: []string{proxy}}, asks)
		// Whom a proxy says it forwards for does not make it one that is trusted.
		_, _, reply := do(t, http.MethodPost, base, online, "x-auth-user", "tom", "X-Forwarded-For", "10.1.2.3, ::1")
		if !strings.HasPrefix(reply, want) {
			t.Errorf("from 127.0.0.1, with %s trusted: %s, want %s", proxy, reply, want)
		}
	}
	base := serveAsking(t, edge.Config{TrustedProxies: []string{"127.0.0.1"}}, asks)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base, strings.NewReader(online))
	if err != nil {
		t.Fatal(err)
	}
	req.Header["X-Auth-User"] = []string{"tom", "ann"}
	resp, err := client.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(string(reply), `{"returnValue":4004,`) {
		t.Errorf("two users: %s, %v", reply, err)
	}
}
