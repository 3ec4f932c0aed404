// Package streamstest is the contract suite of streams.Service. Every
// implementation runs it.
package streamstest

import (
	"context"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/clocktest"
)

// Settings are what a service is opened with. All durations are positive.
type Settings struct {
	LiveTTL         time.Duration // since a session was last shown alive
	MinRecording    time.Duration // shorter ones make no row
	RecordingWindow time.Duration // since the end of a recording
	AnchorTTL       time.Duration // since an anchor has had anything to show
	SummaryTTL      time.Duration // since the end of a session
	MaxChanges      int           // of the log
	MaxOpens        int           // of a user in an hour

	ListRequiresPush bool // the anchor's word alone lists nothing
	Now              func() time.Time
}

const (
	liveTTL      = time.Hour
	minRecording = time.Minute
	window       = 7 * 24 * time.Hour
	anchorTTL    = 30 * 24 * time.Hour
	summaryTTL   = 20 * 24 * time.Hour
	maxOpens     = 60
	maxChanges   = 40

	// Every test begins within the second epoch, not at its first moment: the
	// platform tells time in whole seconds, the service does not.
	epoch  = 1_480_000_000
	within = 400 * time.Millisecond
)

type suite struct {
	streams.Service
	t     *testing.T
	clock *clocktest.Clock
	sweep func(context.Context) error
}

type tests map[string]func(suite)

// Open returns a service on an empty store, and how it is swept.
type Open func(t *testing.T, settings Settings) (service streams.Service, sweep func(context.Context) error)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for chapter, tests := range map[string]tests{
		"sessions":   sessions,
		"expiry":     expiry,
		"pushes":     pushes,
		"recordings": recordings,
		"pages":      pages,
		"crowds":     crowds,
		"bounds":     bounds,
		"clocks":     clocks,
		"stories":    stories,
		"summaries":  summaries,
		"changes":    changes,
		"moderation": moderation,
		"duties":     duties,
		unseen:       unseenPushes,
	} {
		for name, test := range tests {
			t.Run(chapter+"/"+name, func(t *testing.T) {
				t.Parallel()
				clock := &clocktest.Clock{}
				clock.Move(epoch*time.Second + within)
				service, sweep := open(t, Settings{
					LiveTTL: liveTTL, MinRecording: minRecording, RecordingWindow: window,
					AnchorTTL: anchorTTL, SummaryTTL: summaryTTL, MaxChanges: maxChanges, MaxOpens: maxOpens, Now: clock.Now,
					ListRequiresPush: chapter == unseen,
				})
				test(suite{Service: service, t: t, clock: clock, sweep: sweep})
			})
		}
	}
}
