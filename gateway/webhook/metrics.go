package webhook

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/api/streams"
)

// metrics are what operators see. Gauges are shown by the copy that sends, and by no other.
type metrics struct {
	attempts metric.Int64Counter
	latency  metric.Float64Histogram
	dead     metric.Int64Counter
	lost     metric.Int64Counter

	mu      sync.Mutex
	sending bool
	pending int64
	oldest  time.Time // of what is pending; zero: nothing is
	off     bool
}

// newMetrics registers the instruments.
func newMetrics(meter metric.Meter) (*metrics, error) {
	m := &metrics{}
	var err1, err2, err3, err4, err5 error
	m.attempts, err1 = meter.Int64Counter("xzb.webhook.attempts",
		metric.WithDescription("Attempts to send a webhook, by type and outcome."))
	m.latency, err2 = meter.Float64Histogram("xzb.webhook.latency", metric.WithUnit("s"),
		metric.WithDescription("Time from what happened until the receiver had taken the webhook."),
		metric.WithExplicitBucketBoundaries(0.5, 1, 2.5, 5, 10, 60, 600, 3600, 6*3600, 86400, 3*86400))
	m.dead, err3 = meter.Int64Counter("xzb.webhook.dead",
		metric.WithDescription("Webhooks that were given up, by type."))
	m.lost, err4 = meter.Int64Counter("xzb.webhook.missed",
		metric.WithDescription("Changes that were gone from the log before they could be sent."))
	err5 = m.observe(meter)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	for _, kind := range []string{sessionBegan, sessionEnded, recordingReady} { // so that the first is seen as a change
		m.dead.Add(context.Background(), 0, metric.WithAttributes(attribute.String("xzb.webhook.type", kind)))
	}
	m.lost.Add(context.Background(), 0)
	return m, nil
}

// observe shows the gauges, if this copy sends.
func (m *metrics) observe(meter metric.Meter) error {
	pending, err1 := meter.Int64ObservableGauge("xzb.webhook.pending",
		metric.WithDescription("Webhooks that wait to be taken, of at most 1000: what is behind them waits in the log."))
	age, err2 := meter.Float64ObservableGauge("xzb.webhook.oldest", metric.WithUnit("s"),
		metric.WithDescription("Age of the oldest webhook that waits to be taken."))
	off, err3 := meter.Int64ObservableGauge("xzb.webhook.off",
		metric.WithDescription("1 where the receiver has asked, with status 410, to be told no more."))
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	_, err := meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if !m.sending {
			return nil
		}
		observer.ObserveInt64(pending, m.pending)
		since, asked := 0.0, int64(0)
		if !m.oldest.IsZero() {
			since = time.Since(m.oldest).Seconds()
		}
		if m.off {
			asked = 1
		}
		observer.ObserveFloat64(age, since)
		observer.ObserveInt64(off, asked)
		return nil
	}, pending, age, off)
	return err
}

// shows keeps what the gauges show.
func (m *metrics) shows(s *state, changes map[int64]*streams.Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sending, m.pending, m.off, m.oldest = true, int64(len(s.Pending)), s.Off != nil, time.Time{}
	if len(s.Pending) > 0 {
		m.oldest = time.UnixMilli(changes[s.Pending[0].Number].At)
	}
}

// idle is of a copy that does not send.
func (m *metrics) idle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sending = false
}

// attempted counts one attempt.
func (m *metrics) attempted(ctx context.Context, kind string, o outcome) {
	m.attempts.Add(ctx, 1, metric.WithAttributes(attribute.String("xzb.webhook.type", kind), attribute.String("xzb.outcome", o.String())))
}

// delivered tells how long after its change a webhook was taken.
func (m *metrics) delivered(ctx context.Context, after time.Duration) {
	m.latency.Record(ctx, max(0, after.Seconds()))
}

// died counts a webhook that was given up.
func (m *metrics) died(ctx context.Context, kind string) {
	m.dead.Add(ctx, 1, metric.WithAttributes(attribute.String("xzb.webhook.type", kind)))
}

// missed counts changes that were gone before they were read.
func (m *metrics) missed(ctx context.Context, n int64) { m.lost.Add(ctx, n) }
