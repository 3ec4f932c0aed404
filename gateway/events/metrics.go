package events

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// metrics are what operators see of the readers.
type metrics struct {
	readers   metric.Int64UpDownCounter
	ended     metric.Int64Counter
	refused   metric.Int64Counter
	snapshots metric.Int64Counter
	failures  metric.Int64Counter
}

func newMetrics(meter metric.Meter) (*metrics, error) {
	readers, err := meter.Int64UpDownCounter("xzb.events.readers",
		metric.WithDescription("Readers of /events."))
	ended, err2 := meter.Int64Counter("xzb.events.ended",
		metric.WithDescription("Readers of /events that are gone, by reason: slow ones were cut."))
	refused, err3 := meter.Int64Counter("xzb.events.refused",
		metric.WithDescription("Requests for /events that were not answered with events, by HTTP status."))
	snapshots, err4 := meter.Int64Counter("xzb.events.snapshots",
		metric.WithDescription("Snapshots of the list that were made for readers of /events."))
	failures, err5 := meter.Int64Counter("xzb.events.failures",
		metric.WithDescription("Failed reads of what readers of /events are told; each is repeated."))
	return &metrics{readers, ended, refused, snapshots, failures}, errors.Join(err, err2, err3, err4, err5)
}

func (m *metrics) began(ctx context.Context) { m.readers.Add(ctx, 1) }

// endedBy counts a reader that is gone, by a reason of ours.
func (m *metrics) endedBy(ctx context.Context, reason string) {
	m.readers.Add(ctx, -1)
	m.ended.Add(ctx, 1, metric.WithAttributes(attribute.String("xzb.reason", reason)))
}

func (m *metrics) refusedWith(ctx context.Context, status int) {
	m.refused.Add(ctx, 1, metric.WithAttributes(attribute.Int("http.response.status_code", status)))
}

func (m *metrics) snapshot(ctx context.Context) { m.snapshots.Add(ctx, 1) }
func (m *metrics) failed(ctx context.Context)   { m.failures.Add(ctx, 1) }
