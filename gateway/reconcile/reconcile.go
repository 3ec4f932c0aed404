// Package reconcile asks the live platform which streams are online, and tells the stream
// service: events of the platform get lost, and clients vanish without a word.
//
// It goes by the platform's own rule. Whoever says that a stream is online is believed. That
// it is not is believed after three polls in a row, if nothing has shown it alive since the
// first of them. An error is no answer.
package reconcile

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	failedEvery = time.Minute // how often a line of the log tells that a poll failed
)

// Rule is how much the platform must say before something happens.
type Rule struct {
	Denials   int // polls in a row that find nobody pushing, until a session ends
	Sightings int // polls in a row that find a push of what is not listed, until it is; one may be that of a minute ago
	AtOnce    int // calls under way at once, so that a slow answer costs no turn
}

// Rules are those of the platform's documents.
var Rules = Rule{Denials: 3, Sightings: 2, AtOnce: 8}

// Streams is what is needed of the stream service.
type Streams interface {
	Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page]
	Lease(ctx context.Context, request streams.LeaseRequest) (streams.LeaseState, error)
	Confirm(ctx context.Context, sighting streams.Sighting) (streams.Verdict, error)
	Deny(ctx context.Context, sighting streams.Sighting) (streams.Verdict, error)
}

// Reconciler is one copy of those that share the duty.
type Reconciler struct {
	platform platform.Platform
	streams  Streams
	poll     time.Duration
	rule     Rule
	now      func() time.Time
	holder   string
	log      *slog.Logger
	failed   *ratelog.Log
	*metrics

	clock  clock
	memory memory // of the goroutine that polls, and of those it waits for: they change no map

	pace sync.Mutex // held during a poll, so that there is one at a time
}

// New returns a Reconciler that polls at an interval, once it is run.
func New(p platform.Platform, s Streams, rule Rule, poll time.Duration, now func() time.Time, scope telemetry.Scope) (*Reconciler, error) {
	m, err := newMetrics(poll, now(), scope.Meter)
	if err != nil {
		return nil, err
	}
	return &Reconciler{
		platform: p, streams: s, poll: poll, rule: rule, now: now, holder: rand.Text(), log: scope.Log,
		failed: ratelog.New(scope.Log, failedEvery, now), metrics: m,
	}, nil
}
