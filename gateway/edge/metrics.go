package edge

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/event"
)

// Metrics counts what the gateway answered. Labels come from our own lists,
// never from what was sent.
type Metrics struct {
	actions metric.Float64Histogram
	events  metric.Int64Counter
}

// NewMetrics returns the instruments on meter.
func NewMetrics(meter metric.Meter) (*Metrics, error) {
	actions, err := meter.Float64Histogram("xzb.action.duration",
		metric.WithUnit("s"),
		metric.WithDescription("Duration of Actions, by name and returnValue."),
		metric.WithExplicitBucketBoundaries(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5))
	events, err2 := meter.Int64Counter("xzb.events",
		metric.WithDescription("Events of the live platform, by type, HTTP status and verdict."))
	return &Metrics{actions, events}, errors.Join(err, err2)
}

func (m *Metrics) action(ctx context.Context, outcome action.Outcome, took time.Duration) {
	m.actions.Record(ctx, took.Seconds(), metric.WithAttributes(
		attribute.String("action", outcome.Action),
		attribute.Int("return_value", int(outcome.Code)),
	))
}

func (m *Metrics) event(ctx context.Context, outcome event.Outcome) {
	m.events.Add(ctx, 1, metric.WithAttributes(
		attribute.String("type", outcome.Type),
		attribute.Int("status", outcome.Status),
		attribute.String("verdict", string(outcome.Verdict)),
	))
}
