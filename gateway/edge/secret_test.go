package edge_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/telemetry"
)

// The errors of a header that cannot be read quote it.
func TestWhatCouldNotBeReadIsNotInTheLog(t *testing.T) {
	const post = "POST /interface.php HTTP/1.1\r\nHost: h\r\n"
	for name, request := range map[string]string{
		"a large header":      post + "Authorization: Bearer secret" + strings.Repeat("x", 20_000) + "\r\n\r\n",
		"a control":           post + "UserSig: secret\x7f\r\n\r\n",
		"a name that is none": post + "secret\x01: x\r\n\r\n",
		"a path":              "POST /?token=secret HTTP/9\r\n\r\n",
		"an encoding":         post + "Transfer-Encoding: secret\r\n\r\n",
		"a chunk":             post + "Transfer-Encoding: chunked\r\n\r\nsecret\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			log := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
			conn := dial(t, serveScope(t, edge.Config{}, gatewaytest.World(), telemetry.Discard().WithLog(log)))
			if _, err := conn.Write([]byte(request)); err != nil {
				t.Fatal(err)
			}
			mustRefuse(t, conn)
			if !strings.Contains(logged.String(), "request not read") || strings.Contains(logged.String(), "secret") {
				t.Errorf("logged %s", &logged)
			}
		})
	}
}
