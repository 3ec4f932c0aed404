package edge_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/gateway/vod"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

func TestCallbacksOfTheVODServiceTakeFilesOut(t *testing.T) {
	const token = "a-token/of+the-vod=console"
	const short, path = "/callback/vod?token=a-token%2Fof", "/callback/vod?token=a-token%2Fof%2Bthe-vod%3Dconsole"
	var removed []string
	fakes := gatewaytest.World()
	fakes.Stream.RemoveFilesFunc = func(files []string) (streams.Verdict, error) {
		removed = append(removed, files...)
		return streams.Applied, nil
	}
	var logged bytes.Buffer
	scope := telemetry.Discard().WithLog(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	front, actions := newEdgeOn(t, edge.Config{ListenHTTP: "127.0.0.1:0", AccessLog: 1}, fakes, &lifecycle.Health{}, scope)
	var err error
	front.VOD, err = vod.New(vod.Config{Token: config.Secret{Value: token}}, fakes.Stream, scope.Log)
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + serveOn(t, front, actions, nil)
	body := `{"EventType":"FileDeleted","FileDeleteEvent":{"FileIdSet":["r1","r2"]}}`
	for _, test := range []struct {
		method, path, body string
		want               int
	}{
		{http.MethodPost, short, body, 403},
		{http.MethodPost, "/callback/vod", body, 403},
		{http.MethodGet, path, "", 405},
		{http.MethodPost, path, "[]", 400},
		{http.MethodPost, path, strings.Repeat(" ", 65537), 400},
	} {
		if status, _, reply := do(t, test.method, base+test.path, test.body); status != test.want || removed != nil {
			t.Errorf("%s %s is answered %d %s, want %d; taken out: %q", test.method, test.path, status, reply, test.want, removed)
		}
	}
	status, header, reply := do(t, http.MethodPost, base+path, body)
	if status != 200 || reply != `{"code":0}` || header.Get("Content-Type") != jsonReply || !slices.Equal(removed, []string{"r1", "r2"}) {
		t.Errorf("answered %d %s, taken out: %q", status, reply, removed)
	}
	if !strings.Contains(logged.String(), "VOD callback refused") || strings.Contains(logged.String(), "a-token") {
		t.Errorf("logged %s", &logged)
	}
}
