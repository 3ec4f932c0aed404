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
	c := newCounted(t, open)
	c.step(t, "before anything", nil)
	c.step(t, "opened", c.opens(t, "tom", "g1"), "opened")
	c.step(t, "opened again", c.opens(t, "tom", "g1"))
	c.step(t, "replaced", c.opens(t, "tom", "g2"), "opened", "ended xzb.reason=replaced")
	c.step(t, "online", c.says(t, "tom", true))
	c.step(t, "offline", c.says(t, "tom", false), "ended xzb.reason=client")
	c.step(t, "offline again", c.says(t, "tom", false))
	c.step(t, "online after all", c.says(t, "tom", true), "resumed")
	c.step(t, "pushed", c.pushes(t, true))
	c.step(t, "interrupted", c.pushes(t, false), "ended xzb.reason=platform")
	c.step(t, "interrupted again", c.pushes(t, false))
	c.step(t, "opened after an end", c.opens(t, "tom", "g2"), "opened")

	c.clock.Move(liveTTL)
	c.step(t, "opened when its time has passed", c.opens(t, "tom", "g2"), "opened", "ended xzb.reason=expired")
	c.step(t, "online once more", c.says(t, "tom", true))
	c.step(t, "another opened", c.opens(t, "ann", "g3"), "opened")
	c.step(t, "and online", c.says(t, "ann", true))
	c.clock.Move(liveTTL)
	c.step(t, "swept", c.service.Sweep(t.Context()), "ended xzb.reason=expired", "ended xzb.reason=expired")
	c.step(t, "swept again", c.service.Sweep(t.Context()))
	c.step(t, "opened after the sweep", c.opens(t, "tom", "g2"), "opened")
}

// counted is a service whose sessions are counted, and what the counts should be.
type counted struct {
	clock    *clocktest.Clock
	recorder *telemetrytest.Recorder
	service  *stream.Service
	want     map[string]int
}

func newCounted(t *testing.T, open func(t *testing.T, config stream.Config, now func() time.Time) stream.Store) *counted {
	t.Helper()
	c := &counted{clock: &clocktest.Clock{}, recorder: telemetrytest.New(), want: map[string]int{"opened": 0, "resumed": 0}}
	c.clock.Move(1_480_000_000 * time.Second)
	sessions, err := stream.NewSessions(c.recorder.Scope().Meter)
	if err != nil {
		t.Fatal(err)
	}
	config := stream.Config{LiveTTL: liveTTL, MinRecording: 1, RecordingWindow: window, AnchorTTL: anchorTTL, Sessions: sessions}
	c.service = stream.New(config, open(t, config, c.clock.Now))
	for _, reason := range streams.EndReasons {
		c.want["ended xzb.reason="+string(reason)] = 0
	}
	return c
}

// step checks that what was done has counted these series once more, and no other.
func (c *counted) step(t *testing.T, name string, err error, grown ...string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, series := range grown {
		c.want[series]++
	}
	got := map[string]int{}
	for series, value := range c.recorder.Values(t) {
		if name, ok := strings.CutPrefix(series, "xzb.sessions."); ok {
			got[name] = value
		}
	}
	if !maps.Equal(got, c.want) {
		t.Fatalf("%s: counted %v, want %v", name, got, c.want)
	}
}

func (c *counted) opens(t *testing.T, user, group string) error {
	_, err := c.service.Open(t.Context(), streams.Opening{User: user, StreamID: "8888_" + user, Group: group, Title: "t"})
	return err
}

func (c *counted) says(t *testing.T, user string, online bool) error {
	return c.service.SetStatus(t.Context(), streams.Status{User: user, Online: online})
}

func (c *counted) pushes(t *testing.T, began bool) error {
	_, err := c.service.ApplyPush(t.Context(), streams.Push{StreamID: "8888_tom", Sequence: "1", Began: began, At: c.clock.Now().Unix()})
	return err
}
