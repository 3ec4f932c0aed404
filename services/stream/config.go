package stream

import (
	"errors"
	"flag"
	"time"

	"xiaozhibo.dev/libs/config"
)

// MaxChanges is how many changes of the list are kept, besides those that ChangesTTL keeps.
const MaxChanges = 10_000

// Config configures the service. All durations are positive, ChangesTTL and MaxOpens are
// not negative.
type Config struct {
	LiveTTL         time.Duration // since a session was last shown alive
	MinRecording    time.Duration // shorter ones make no row
	RecordingWindow time.Duration // since the end of a recording
	AnchorTTL       time.Duration // since an anchor has had anything to show
	SummaryTTL      time.Duration // since the end of a session
	ChangesTTL      time.Duration // so long a change is kept at least, however many there are; 0: only the newest are
	MaxOpens        int           // new sessions of a user in an hour; 0 is no cap

	// ListRequiresPush: the anchor's word lists a session only while the platform sees its
	// push. What is listed when this is set stays for as long as it would have anyway.
	ListRequiresPush bool

	Sessions *Sessions // counts them; nil: nobody does

	Damaged func(error) // told of every damaged record that is taken out of the list; may be nil
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.DurationVar(&c.LiveTTL, "live-ttl", 24*time.Hour, "a room leaves the list when nothing has shown it alive for this time")
	fs.DurationVar(&c.MinRecording, "min-recording", time.Minute, "a shorter recording makes no row")
	fs.DurationVar(&c.RecordingWindow, "recording-window", 7*24*time.Hour, "a recording is listed for this time after its end")
	fs.DurationVar(&c.AnchorTTL, "anchor-ttl", 30*24*time.Hour, "a user whose session has ended and who has no listed recording is forgotten after this time, recordings included")
	fs.DurationVar(&c.SummaryTTL, "summary-ttl", 30*24*time.Hour, "the summary and the story of a session are kept for this time after its end")
	fs.DurationVar(&c.ChangesTTL, "changes-ttl", 0, "every change of the list is kept for this time at least, for who must miss none; 0 keeps the newest 10,000")
	fs.IntVar(&c.MaxOpens, "max-opens-per-user", 60, "new sessions of one user in an hour, retries not counted, before RequestLVBAddr answers 4003; 0 for no cap")
	fs.BoolVar(&c.ListRequiresPush, "list-requires-push", false, "a room is listed once the platform has told of its push; ChangeStatus 0 alone lists nothing")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	var errs []error
	for key, d := range map[string]time.Duration{
		"live_ttl": c.LiveTTL, "min_recording": c.MinRecording, "recording_window": c.RecordingWindow, "anchor_ttl": c.AnchorTTL,
		"summary_ttl": c.SummaryTTL,
	} {
		if d <= 0 {
			errs = append(errs, config.Errorf("%s: %s is not positive", key, d))
		}
	}
	if c.ChangesTTL < 0 {
		errs = append(errs, config.Errorf("changes_ttl: %s is negative", c.ChangesTTL))
	}
	if c.MaxOpens < 0 {
		errs = append(errs, config.Errorf("max_opens_per_user: %d is negative", c.MaxOpens))
	}
	return errors.Join(errs...)
}
