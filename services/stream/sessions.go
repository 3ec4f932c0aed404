package stream

import (
	"context"
	"errors"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/api/streams"
)

// Sessions counts the sessions that begin and end, and the verdicts on what is told of
// them. A nil one counts nothing. It is safe for concurrent use. Stores have it too, by
// Config: a sweep ends sessions without the service.
type Sessions struct {
	opened, resumed, ended, verdicts metric.Int64Counter
}

// NewSessions returns the instruments on meter.
func NewSessions(meter metric.Meter) (*Sessions, error) {
	opened, err := meter.Int64Counter("xzb.sessions.opened",
		metric.WithDescription("Sessions that were opened, hidden until the anchor is online."))
	resumed, err2 := meter.Int64Counter("xzb.sessions.resumed",
		metric.WithDescription("Sessions that went on after they had ended."))
	ended, err3 := meter.Int64Counter("xzb.sessions.ended",
		metric.WithDescription("Sessions that ended, by reason."))
	verdicts, err4 := meter.Int64Counter("xzb.verdicts",
		metric.WithDescription("What came of what was told of sessions and recordings, by source and verdict."))
	s := &Sessions{opened: opened, resumed: resumed, ended: ended, verdicts: verdicts}
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return nil, err
	}
	s.count(transition{}) // shown from the beginning
	for _, reason := range streams.EndReasons {
		s.add(reason, 0)
	}
	return s, nil
}

// add counts n sessions that have ended for a reason.
func (s *Sessions) add(reason streams.Reason, n int) {
	s.ended.Add(context.Background(), int64(n), metric.WithAttributes(attribute.String("xzb.reason", string(reason))))
}

// decided counts a verdict on what a source has told. A source that is not ours to know is
// counted as none.
func (s *Sessions) decided(source streams.Source, verdict streams.Verdict) {
	if s == nil {
		return
	}
	if !slices.Contains(streams.Sources, source) {
		source = ""
	}
	s.verdicts.Add(context.Background(), 1, metric.WithAttributes(
		attribute.String("xzb.source", string(source)), attribute.String("xzb.verdict", string(verdict))))
}

// transition is what one update has made of an anchor's sessions. It is counted after the commit: an
// update that runs again would else count twice.
type transition struct {
	opened, resumed int64
	ended           []streams.Reason
}

// count counts what an update has made of sessions. It must be committed.
func (s *Sessions) count(t transition) {
	if s == nil {
		return
	}
	s.opened.Add(context.Background(), t.opened)
	s.resumed.Add(context.Background(), t.resumed)
	for _, reason := range t.ended {
		s.add(reason, 1)
	}
}
