package auth_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/auth/authtest"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Unix(1480000100, 0)

// sent is a request: where it came from, its headers and its fields.
type sent struct {
	proxied bool
	header  http.Header
	fields  map[string]any
}

func (s sent) Header(name string) []string { return s.header[name] }
func (s sent) Proxied() bool               { return s.proxied }
func (s sent) Address() string             { return "192.0.2.7" }

// gate is one that is tested, with what it counts and logs.
type gate struct {
	*auth.Gate
	recorder *telemetrytest.Recorder
	log      *bytes.Buffer
}

func newGate(t *testing.T, c auth.Config) gate {
	t.Helper()
	g := gate{recorder: telemetrytest.New(), log: &bytes.Buffer{}}
	var err error
	g.Gate, err = auth.New(c, func() time.Time { return now }, g.recorder.Scope().WithLog(slog.New(slog.NewJSONHandler(g.log, nil))))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func gateAt(tb testing.TB, c auth.Config, at *time.Time) *auth.Gate {
	tb.Helper()
	g, err := auth.New(c, func() time.Time { return *at }, telemetry.Discard())
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

func (g gate) admit(t *testing.T, demand auth.Demand, s sent) (auth.Caller, error) {
	t.Helper()
	fields := map[string]any{"Action": "EnterGroup"}
	maps.Copy(fields, s.fields)
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := envelope.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	return g.Admit(t.Context(), "EnterGroup", demand, s, parsed)
}

// everything is a configuration with proofs of all kinds.
func everything(mode string) auth.Config {
	return auth.Config{
		Mode: mode, JWT: auth.JWTConfig{Key: config.Secret{Value: authtest.Secret}}, Header: "X-User-Id",
		UserSigAppID: "1400000000", UserSigKey: config.Secret{Value: "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"},
	}
}

// tomsUserSig is the first of usersig/testdata.
const tomsUserSig = "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwiX5uVDh4pTsxIKCzBQlK0MTAyiAyJRk5qaCRC1QRFMrCjKLUpWsLMxMYELFmelKVkpFrqWJkQYF2YEFKc75AYEe*framYZ*LmnBFi4eeanpAZ7mppamwSaFoZautkq1ABgALyY_"

func token(t *testing.T, user string) string { return authtest.HS256(t, authtest.Claims(user, now)) }
