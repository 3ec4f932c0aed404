package stream_test

import (
	"flag"
	"reflect"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/services/stream"
)

func TestTheDefaultsAreThoseOfTheContract(t *testing.T) {
	var config stream.Config
	config.RegisterFlags(flag.NewFlagSet("", flag.ContinueOnError))
	want := stream.Config{LiveTTL: 24 * time.Hour, MinRecording: 60 * time.Second, RecordingWindow: 168 * time.Hour, AnchorTTL: 720 * time.Hour, SummaryTTL: 720 * time.Hour, MaxOpens: 60}
	if !reflect.DeepEqual(config, want) {
		t.Errorf("the defaults are %+v, want %+v", config, want)
	}
	if err := config.Check(); err != nil {
		t.Errorf("Check: %v", err)
	}
}

func TestEveryBadKeyIsNamed(t *testing.T) {
	err := (&stream.Config{LiveTTL: -1, ChangesTTL: -1, MaxOpens: -1}).Check()
	for _, key := range []string{"live_ttl", "min_recording", "recording_window", "anchor_ttl", "summary_ttl", "changes_ttl", "max_opens_per_user"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("Check: %v, want it to name %s", err, key)
		}
	}
	err = (&stream.Config{LiveTTL: 1, RecordingWindow: 1, AnchorTTL: 1, SummaryTTL: 1}).Check()
	if err == nil || strings.Contains(err.Error(), "live_ttl") {
		t.Errorf("Check: %v, want it to name min_recording only", err)
	}
}
