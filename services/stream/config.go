package stream

import (
	"errors"
	"flag"
	"time"

	"xiaozhibo.dev/libs/config"
)

// Config configures the service. All durations and MaxChanges are positive, ChangesTTL and
// MaxOpens are not negative. What is kept are moments and not ends, so a changed duration
// holds for sessions and recordings that are there already.
type Config struct {
	LiveTTL         time.Duration // since a session was last shown alive
	MinRecording    time.Duration // shorter ones make no row
	RecordingWindow time.Duration // since the end of a recording
	AnchorTTL       time.Duration // since an anchor has had anything to show
	SummaryTTL      time.Duration // since the end of a session
	ChangesTTL      time.Duration // so long a change is kept at least, however many there are; 0: only the newest are
	MaxChanges      int           // that are kept however old they are
	MaxOpens        int           // new sessions of a user in an hour; 0 is no cap

	// ListRequiresPush: the anchor's word lists a session only while the platform sees its
	// push. Sessions that are listed when this is set stay for as long as they would have
	// anyway.
	ListRequiresPush bool

	// Sessions counts what begins and ends; nil: nobody does. It is here and not in the service
	// because a sweep of the store ends sessions too.
	Sessions *Sessions
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.DurationVar(&c.LiveTTL, "live-ttl", 24*time.Hour, "a room leaves the list when nothing has shown it alive for this time")
	fs.DurationVar(&c.MinRecording, "min-recording", time.Minute, "a shorter recording makes no row")
	fs.DurationVar(&c.RecordingWindow, "recording-window", 7*24*time.Hour, "a recording is listed for this time after its end")
	fs.DurationVar(&c.AnchorTTL, "anchor-ttl", 30*24*time.Hour, "a user whose session has ended and who has no listed recording is forgotten after this time, recordings included")
	fs.DurationVar(&c.SummaryTTL, "summary-ttl", 30*24*time.Hour, "the summary and the story of a session are kept for this time after its end")
	fs.DurationVar(&c.ChangesTTL, "changes-ttl", 0, "every change of the list is kept for this time at least, for who must miss none; 0 keeps the newest alone, see max-changes")
	fs.IntVar(&c.MaxChanges, "max-changes", 10_000, "so many of the newest changes of the list are kept, for who follows them")
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
	if c.MaxChanges < 1 {
		errs = append(errs, config.Errorf("max_changes: %d is not positive", c.MaxChanges))
	}
	if c.MaxOpens < 0 {
		errs = append(errs, config.Errorf("max_opens_per_user: %d is negative", c.MaxOpens))
	}
	return errors.Join(errs...)
}
