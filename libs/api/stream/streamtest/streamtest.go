// Package streamtest is the contract suite of stream.Service. Every
// implementation runs it.
package streamtest

import (
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/clocktest"
)

// Settings are what a service is opened with. All durations are positive.
type Settings struct {
	LiveTTL         time.Duration // since a room was last shown alive
	MinRecording    time.Duration // shorter ones make no row
	RecordingWindow time.Duration // since the end of a recording
	Now             func() time.Time
}

const (
	liveTTL      = time.Hour
	minRecording = time.Minute
	window       = 7 * 24 * time.Hour

	// Every test begins within the second epoch, not at its first moment: the
	// platform tells time in whole seconds, the service does not.
	epoch  = 1_480_000_000
	within = 400 * time.Millisecond
)

type suite struct {
	stream.Service
	t     *testing.T
	clock *clocktest.Clock
}

type tests map[string]func(suite)

// Run runs the suite; open returns a service on an empty store.
func Run(t *testing.T, open func(t *testing.T, settings Settings) stream.Service) {
	for chapter, tests := range map[string]tests{
		"sessions":   sessions,
		"expiry":     expiry,
		"pushes":     pushes,
		"recordings": recordings,
		"pages":      pages,
		"crowds":     crowds,
	} {
		for name, test := range tests {
			t.Run(chapter+"/"+name, func(t *testing.T) {
				t.Parallel()
				clock := &clocktest.Clock{}
				clock.Move(epoch*time.Second + within)
				service := open(t, Settings{liveTTL, minRecording, window, clock.Now})
				test(suite{service, t, clock})
			})
		}
	}
}
