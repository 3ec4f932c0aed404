//go:build !race

package setup_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/telemetry"
	"xiaozhibo.dev/services/media"
	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/setup"
)

// start starts the server and returns what ends it.
func (d *days) start(measured *telemetry.Telemetry) (stop func()) {
	log := slog.New(slog.DiscardHandler)
	runtime := &program.Runtime{Process: lifecycle.New(lifecycle.Options{}, log), Telemetry: measured, Name: "media", Log: log}
	var own media.Config
	own.ListenRTMP, own.ListenHTTP, own.ListenControl = rtmpAt, httpAt, controlAt
	own.Secret, own.Keys = config.Secret{Value: secret}, media.Keys{Push: config.Secret{Value: pushKey}, Play: config.Secret{Value: playKey}, Callback: config.Secret{Value: callbackKey}}
	own.Dir, own.CallbackURL, own.URL = d.dir, "http://gateway/callback", "http://play.example.com"
	own.Record, own.RecordSlice, own.RecordTTL, own.RecordMaxBytes = true, time.Hour, keptFor, 1<<30
	own.MaxPushes, own.MaxPlayers, own.MaxPushRate = 10, 10, 4<<20
	if err := setup.AddOn(runtime, own, d, d.net.listen); err != nil {
		d.Fatal(err)
	}
	ctx, cancel := context.WithCancel(d.Context())
	ended := make(chan error, 1)
	go func() { ended <- runtime.Run(ctx) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			d.Error(err)
		}
	}
}

// RoundTrip makes days the gateway.
func (d *days) RoundTrip(r *http.Request) (*http.Response, error) {
	var event events.Event
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return nil, errors.New("the gateway is down")
	}
	d.events[event.StreamID+" "+event.Name()]++
	if event.Type == events.Recorded {
		if d.files[event.StreamID] == nil {
			d.files[event.StreamID] = map[string]bool{}
		}
		d.files[event.StreamID][event.FileID] = true
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"code":0}`)), Request: r}, nil
}

func (d *days) outage(down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = down
}
