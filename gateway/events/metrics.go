package events

import (
	"context"
	"errors"
	"net/http"

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

// newMetrics registers the instruments, which are shown at zero from the beginning.
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
	m := &metrics{readers: readers, ended: ended, refused: refused, snapshots: snapshots, failures: failures}
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	m.begin()
	return m, nil
}

// begin shows zeros, so that the first that is counted is seen as a change.
func (m *metrics) begin() {
	ctx := context.Background()
	m.readers.Add(ctx, 0)
	m.snapshots.Add(ctx, 0)
	m.failures.Add(ctx, 0)
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		m.refused.Add(ctx, 0, metric.WithAttributes(attribute.Int("http.response.status_code", status)))
	}
	for _, reason := range []string{byClient, bySlowness, byAge, byDrain, byGap} {
		m.ended.Add(ctx, 0, metric.WithAttributes(attribute.String("xzb.reason", reason)))
	}
}

// began counts a reader, until endedBy.
func (m *metrics) began(ctx context.Context) { m.readers.Add(ctx, 1) }

// endedBy counts a reader that is gone, by a reason of ours.
func (m *metrics) endedBy(ctx context.Context, reason string) {
	m.readers.Add(ctx, -1)
	m.ended.Add(ctx, 1, metric.WithAttributes(attribute.String("xzb.reason", reason)))
}

// refusedWith counts a request without events, by its HTTP status.
func (m *metrics) refusedWith(ctx context.Context, status int) {
	m.refused.Add(ctx, 1, metric.WithAttributes(attribute.Int("http.response.status_code", status)))
}

// snapshot counts a snapshot that was made, and not those who share it.
func (m *metrics) snapshot(ctx context.Context) { m.snapshots.Add(ctx, 1) }

// failed counts a failed read of a service.
func (m *metrics) failed(ctx context.Context) { m.failures.Add(ctx, 1) }
