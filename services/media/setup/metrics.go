package setup

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/services/media/events"
)

// metrics are those of the media server. Labels come from lists of our own.
type metrics struct {
	pushes, players        metric.Int64UpDownCounter
	received, sent         metric.Int64Counter
	refused, cut, attempts metric.Int64Counter
	lost, turnedAway       metric.Int64Counter
}

func newMetrics(meter metric.Meter) (*metrics, error) {
	var m metrics
	var errs [9]error
	m.pushes, errs[0] = meter.Int64UpDownCounter("xzb.media.pushes", metric.WithDescription("Streams that are pushed."))
	m.players, errs[1] = meter.Int64UpDownCounter("xzb.media.players", metric.WithDescription("Players of FLV."))
	m.received, errs[2] = meter.Int64Counter("xzb.media.received", metric.WithUnit("By"), metric.WithDescription("What pushers sent."))
	m.sent, errs[3] = meter.Int64Counter("xzb.media.sent", metric.WithUnit("By"), metric.WithDescription("What players of FLV were sent."))
	m.refused, errs[4] = meter.Int64Counter("xzb.media.refused", metric.WithDescription("Pushers that were refused, by reason."))
	m.cut, errs[5] = meter.Int64Counter("xzb.media.players.cut", metric.WithDescription("Players that were too slow."))
	m.attempts, errs[6] = meter.Int64Counter("xzb.media.events", metric.WithDescription("Events that were sent, by event and result."))
	m.lost, errs[7] = meter.Int64Counter("xzb.media.recordings.lost", metric.WithDescription("Recordings that ended before their push, or that nobody can play."))
	m.turnedAway, errs[8] = meter.Int64Counter("xzb.media.connections.refused",
		metric.WithDescription("Connections of players that were closed at once, by the limit they were over: total or address."))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	m.begin()
	return &m, nil
}

// begin shows zeros, so that the first that is counted is seen as a change.
func (m *metrics) begin() {
	m.pushes.Add(context.Background(), 0)
	m.players.Add(context.Background(), 0)
	m.lost.Add(context.Background(), 0)
	m.refused.Add(context.Background(), 0, reasonOf("limit"))
	for _, limit := range listen.Limits() {
		m.turnedAway.Add(context.Background(), 0, limitOf(limit))
	}
	for _, event := range []int{events.Interrupted, events.Pushed, events.Recorded} {
		for _, result := range []string{"answered", "not_answered"} {
			m.attempts.Add(context.Background(), 0, resultOf(events.Event{Type: event}.Name(), result))
		}
	}
}

// refuse counts a pusher that was refused, under a reason of package rtmp.
func (m *metrics) refuse(reason string) {
	m.refused.Add(context.Background(), 1, reasonOf(reason))
}

// attempt counts one try to deliver an event, so an event that is sent twice counts twice.
func (m *metrics) attempt(event, result string) {
	m.attempts.Add(context.Background(), 1, resultOf(event, result))
}

// recordingLost counts a recording of which anything is lost.
func (m *metrics) recordingLost() { m.lost.Add(context.Background(), 1) }

// refuseConnection counts a player's connection that was closed at once.
func (m *metrics) refuseConnection(over listen.Limit) {
	m.turnedAway.Add(context.Background(), 1, limitOf(over))
}

func limitOf(over listen.Limit) metric.AddOption {
	return metric.WithAttributes(attribute.String("xzb.limit", string(over)))
}

func reasonOf(reason string) metric.AddOption {
	return metric.WithAttributes(attribute.String("xzb.reason", reason))
}

func resultOf(event, result string) metric.AddOption {
	return metric.WithAttributes(attribute.String("xzb.event.type", event), attribute.String("xzb.outcome", result))
}

// count adds to a counter that has no labels.
func count(counter metric.Int64Counter) func(n int) {
	return func(n int) { counter.Add(context.Background(), int64(n)) }
}
