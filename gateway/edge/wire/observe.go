package wire

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/telemetry"
)

// observer counts connections.
type observer struct {
	refusals metric.Int64Counter
	over     map[listen.Limit]metric.MeasurementOption
}

func newObserver(scope telemetry.Scope, s *Server) (*observer, error) {
	refusals, err := scope.Meter.Int64Counter("xzb.connections.refused",
		metric.WithDescription("Connections of clients that were closed at once, by the limit they were over: total or address."))
	if err != nil {
		return nil, err
	}
	_, err = scope.Meter.Int64ObservableGauge("xzb.connections",
		metric.WithDescription("Connections of clients that are open."),
		metric.WithInt64Callback(func(_ context.Context, observed metric.Int64Observer) error {
			observed.Observe(int64(s.places.Taken()))
			return nil
		}))
	if err != nil {
		return nil, err
	}
	_, err = scope.Meter.Int64ObservableGauge("xzb.bodies",
		metric.WithUnit("By"), metric.WithDescription("Memory of the bodies of requests that are being received and answered."),
		metric.WithInt64Callback(func(_ context.Context, observed metric.Int64Observer) error {
			observed.Observe(s.config.Bodies.Used())
			return nil
		}))
	over := map[listen.Limit]metric.MeasurementOption{}
	for _, limit := range listen.Limits() {
		over[limit] = metric.WithAttributeSet(attribute.NewSet(attribute.String("xzb.limit", string(limit))))
		refusals.Add(context.Background(), 0, over[limit]) // it is there before the first
	}
	return &observer{refusals: refusals, over: over}, err
}

func (o *observer) refused(over listen.Limit) { o.refusals.Add(context.Background(), 1, o.over[over]) }
