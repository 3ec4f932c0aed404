package rpc_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/telemetry"
)

func TestAStoreThatTakesNothingDoesNotFillTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		log := slog.New(slog.NewTextHandler(&logged, nil))
		full := rpc.Handle("notes.Full", func(context.Context, note) (note, error) { return note{}, errFoul })
		app := rpc.NewApp(&lifecycle.Health{}, nil, telemetry.Discard().WithLog(log), full, pointMethod)
		flood := func() {
			for range 100 {
				for path, body := range map[string]string{"notes.Full": "{}", "notes.Echo": `["a","foul"]`} {
					resp, err := app.Test(httptest.NewRequest(http.MethodPost, "/rpc/"+path, strings.NewReader(body)), -1)
					if err != nil {
						t.Fatal(err)
					}
					if err := resp.Body.Close(); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		flood()
		<-time.After(time.Second) // in the bubble
		flood()
		lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
		if len(lines) != 4 || strings.Count(logged.String(), "more_since_last=99") != 2 {
			t.Errorf("logged %d lines:\n%s", len(lines), lines[:min(len(lines), 5)])
		}
	})
}
