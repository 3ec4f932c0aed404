package reconcile

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// metrics are the instruments of one copy.
type metrics struct {
	polls, denials, ended, shown, dropped metric.Int64Counter

	latest atomic.Int64 // Unix seconds of the last whole poll; of the start, until there is one
}

// newMetrics registers the instruments, which are shown at zero from the beginning.
func newMetrics(poll time.Duration, start time.Time, meter metric.Meter) (*metrics, error) {
	m := &metrics{}
	m.latest.Store(start.Unix())
	var errs [6]error
	m.polls, errs[0] = meter.Int64Counter("xzb.platform.polls",
		metric.WithDescription("Polls of the live platform, by whether they were whole."))
	m.denials, errs[1] = meter.Int64Counter("xzb.platform.denials",
		metric.WithDescription("How often the platform said of a listed session that nobody pushes its stream."))
	m.ended, errs[2] = meter.Int64Counter("xzb.platform.ended",
		metric.WithDescription("Sessions that have ended because the platform said so in three polls."))
	m.shown, errs[3] = meter.Int64Counter("xzb.platform.listed",
		metric.WithDescription("Sessions that are listed because the platform said that they are pushed."))
	m.dropped, errs[5] = meter.Int64Counter("xzb.platform.dropped",
		metric.WithDescription("Pushes of banned users that a poll has found and ended."))
	errs[4] = m.observe(poll, meter)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	for _, counter := range []metric.Int64Counter{m.denials, m.ended, m.shown, m.dropped} { // shown from the beginning
		counter.Add(context.Background(), 0)
	}
	m.polls.Add(context.Background(), 0, whole(true))
	m.polls.Add(context.Background(), 0, whole(false))
	return m, nil
}

// observe shows when the last poll was and when the next should be: an alert compares the two, and holds
// for every interval that is configured.
func (m *metrics) observe(poll time.Duration, meter metric.Meter) error {
	latest, err1 := meter.Int64ObservableGauge("xzb.platform.poll.latest", metric.WithUnit("s"),
		metric.WithDescription("When this copy had its last whole poll, in Unix time; when it was started, if it had none."))
	interval, err2 := meter.Int64ObservableGauge("xzb.platform.poll.interval", metric.WithUnit("s"),
		metric.WithDescription("From one poll of the live platform to the next, as configured."))
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	_, err := meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		observer.ObserveInt64(latest, m.latest.Load())
		observer.ObserveInt64(interval, int64(max(poll, time.Second).Seconds()))
		return nil
	}, latest, interval)
	return err
}

// polled counts a poll.
func (m *metrics) polled(all bool, at time.Time) {
	m.polls.Add(context.Background(), 1, whole(all))
	if all {
		m.latest.Store(at.Unix())
	}
}

// whole labels a poll by whether it came to its end.
func whole(all bool) metric.AddOption {
	outcome := "failed"
	if all {
		outcome = "whole"
	}
	return metric.WithAttributes(attribute.String("xzb.platform.poll", outcome))
}
