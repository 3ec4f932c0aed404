package stream

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Reason is why a session has ended.
type Reason string

// The reasons.
const (
	ByClient   Reason = "client"   // the anchor said so
	ByPlatform Reason = "platform" // the platform told of the end of the push
	Expired    Reason = "expired"  // nothing has shown it alive for too long
	Replaced   Reason = "replaced" // by a newer one of the same anchor
)

// Sessions counts the sessions that begin and end. A nil one counts nothing.
type Sessions struct {
	opened, resumed, ended metric.Int64Counter
}

// NewSessions returns the instruments on meter.
func NewSessions(meter metric.Meter) (*Sessions, error) {
	opened, err := meter.Int64Counter("xzb.sessions.opened",
		metric.WithDescription("Sessions that were opened, hidden until the anchor is online."))
	resumed, err2 := meter.Int64Counter("xzb.sessions.resumed",
		metric.WithDescription("Sessions that went on after they had ended."))
	ended, err3 := meter.Int64Counter("xzb.sessions.ended",
		metric.WithDescription("Sessions that ended, by reason."))
	s := &Sessions{opened: opened, resumed: resumed, ended: ended}
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	s.count(transition{}) // shown from the beginning
	for _, reason := range []Reason{ByClient, ByPlatform, Expired, Replaced} {
		s.Ended(reason, 0)
	}
	return s, nil
}

// Ended counts n sessions that have ended. The ends must be committed.
func (s *Sessions) Ended(reason Reason, n int) {
	if s != nil {
		s.ended.Add(context.Background(), int64(n), metric.WithAttributes(attribute.String("xzb.reason", string(reason))))
	}
}

// transition is what one update has made of an anchor's sessions.
type transition struct {
	opened, resumed int64
	ended           []Reason
}

// transitionOf compares an anchor before and after a change, which by is behind.
func transitionOf(before, after *Anchor, by Reason) (t transition) {
	switch {
	case before.Session.Number != after.Session.Number:
		t.opened = 1
		if before.Live() {
			t.ended = append(t.ended, Replaced)
		}
	case before.Live() && !after.Live():
		t.ended = append(t.ended, by)
	case !before.Live() && after.Live():
		t.resumed = 1
	}
	return t
}

func (s *Sessions) count(t transition) {
	if s == nil {
		return
	}
	s.opened.Add(context.Background(), t.opened)
	s.resumed.Add(context.Background(), t.resumed)
	for _, reason := range t.ended {
		s.Ended(reason, 1)
	}
}
