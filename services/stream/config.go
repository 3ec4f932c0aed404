package stream

import (
	"errors"
	"flag"
	"time"

	"xiaozhibo.dev/libs/config"
)

// Config configures the service. All durations are positive,
// MaxOpens is not negative.
type Config struct {
	LiveTTL         time.Duration // since a session was last shown alive
	MinRecording    time.Duration // shorter ones make no row
	RecordingWindow time.Duration // since the end of a recording
	AnchorTTL       time.Duration // since an anchor has had anything to show
	MaxOpens        int           // new sessions of a user in an hour; 0 is no cap

	Sessions *Sessions // counts them; nil: nobody does

	Damaged func(error) // told of every damaged record that is taken out of the list; may be nil
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.DurationVar(&c.LiveTTL, "live-ttl", 24*time.Hour, "a room leaves the list when nothing has shown it alive for this time")
	fs.DurationVar(&c.MinRecording, "min-recording", time.Minute, "a shorter recording makes no row")
	fs.DurationVar(&c.RecordingWindow, "recording-window", 7*24*time.Hour, "a recording is listed for this time after its end")
	fs.DurationVar(&c.AnchorTTL, "anchor-ttl", 30*24*time.Hour, "a user whose session has ended and who has no listed recording is forgotten after this time")
	fs.IntVar(&c.MaxOpens, "max-opens-per-user", 60, "new sessions of one user in an hour before RequestLVBAddr answers 4003; 0 for no cap")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	var errs []error
	for key, d := range map[string]time.Duration{
		"live_ttl": c.LiveTTL, "min_recording": c.MinRecording, "recording_window": c.RecordingWindow, "anchor_ttl": c.AnchorTTL,
	} {
		if d <= 0 {
			errs = append(errs, config.Errorf("%s: %s is not positive", key, d))
		}
	}
	if c.MaxOpens < 0 {
		errs = append(errs, config.Errorf("max_opens_per_user: %d is negative", c.MaxOpens))
	}
	return errors.Join(errs...)
}
