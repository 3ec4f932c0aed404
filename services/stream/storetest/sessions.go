package storetest

import (
	"maps"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
	"xiaozhibo.dev/services/stream"
)

// Sessions checks that each beginning and end of a session is counted, once, with
// its reason, whoever notices that its time has passed.
func Sessions(t *testing.T, open func(t *testing.T, config stream.Config, now func() time.Time) stream.Store) {
	clock := &clocktest.Clock{}
	clock.Move(1_480_000_000 * time.Second)
	recorder := telemetrytest.New()
	sessions, err := stream.NewSessions(recorder.Scope().Meter)
	if err != nil {
		t.Fatal(err)
	}
	config := stream.Config{LiveTTL: liveTTL, MinRecording: 1, RecordingWindow: window, AnchorTTL: anchorTTL, Sessions: sessions}
	service := stream.New(config, open(t, config, clock.Now))

	want := map[string]int{"opened": 0, "resumed": 0}
	for _, reason := range streams.EndReasons {
		want["ended xzb.reason="+string(reason)] = 0
	}
	step := func(name string, err error, grown ...string) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, series := range grown {
			want[series]++
		}
		got := map[string]int{}
		for series, value := range recorder.Values(t) {
			if name, ok := strings.CutPrefix(series, "xzb.sessions."); ok {
				got[name] = value
			}
		}
		if !maps.Equal(got, want) {
			t.Fatalf("%s: counted %v, want %v", name, got, want)
		}
	}
	opens := func(user, group string) error {
		_, err := service.Open(t.Context(), streams.Opening{User: user, StreamID: "8888_" + user, Group: group, Title: "t"})
		return err
	}
	says := func(online bool) error {
		return service.SetStatus(t.Context(), streams.Status{User: "tom", Online: online})
	}
	pushes := func(began bool) error {
		_, err := service.ApplyPush(t.Context(), streams.Push{StreamID: "8888_tom", Sequence: "1", Began: began, At: clock.Now().Unix()})
		return err
	}
	step("before anything", nil)
	step("opened", opens("tom", "g1"), "opened")
	step("opened again", opens("tom", "g1"))
	step("replaced", opens("tom", "g2"), "opened", "ended xzb.reason=replaced")
	step("online", says(true))
	step("offline", says(false), "ended xzb.reason=client")
	step("offline again", says(false))
	step("online after all", says(true), "resumed")
	step("pushed", pushes(true))
	step("interrupted", pushes(false), "ended xzb.reason=platform")
	step("interrupted again", pushes(false))
	step("opened after an end", opens("tom", "g2"), "opened")

	clock.Move(liveTTL)
	step("opened when its time has passed", opens("tom", "g2"), "opened", "ended xzb.reason=expired")
	step("online once more", says(true))
	step("another opened", opens("ann", "g3"), "opened")
	step("and online", service.SetStatus(t.Context(), streams.Status{User: "ann", Online: true}))
	clock.Move(liveTTL)
	step("swept", service.Sweep(t.Context()), "ended xzb.reason=expired", "ended xzb.reason=expired")
	step("swept again", service.Sweep(t.Context()))
	step("opened after the sweep", opens("tom", "g2"), "opened")
}
