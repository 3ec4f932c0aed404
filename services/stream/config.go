package stream

import (
	"errors"
	"flag"
	"time"

	"xiaozhibo.dev/libs/config"
)

// Config configures the service. All durations are positive.
type Config struct {
	LiveTTL         time.Duration // since a room was last shown alive
	MinRecording    time.Duration // shorter ones make no row
	RecordingWindow time.Duration // since the end of a recording

	Sessions *Sessions // counts them; nil: nobody does
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.DurationVar(&c.LiveTTL, "live-ttl", 24*time.Hour, "a room leaves the list when nothing has shown it alive for this time")
	fs.DurationVar(&c.MinRecording, "min-recording", time.Minute, "a shorter recording makes no row")
	fs.DurationVar(&c.RecordingWindow, "recording-window", 7*24*time.Hour, "a recording is listed for this time after its end")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	var errs []error
	for key, d := range map[string]time.Duration{
		"live_ttl": c.LiveTTL, "min_recording": c.MinRecording, "recording_window": c.RecordingWindow,
	} {
		if d <= 0 {
			errs = append(errs, config.Errorf("%s: %s is not positive", key, d))
		}
	}
	return errors.Join(errs...)
}
