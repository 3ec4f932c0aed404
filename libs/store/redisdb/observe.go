package redisdb

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/store/storemetrics"
	"xiaozhibo.dev/libs/telemetry"
)

// observer is a hook that measures and traces every command and pipeline.
type observer struct{ operations *storemetrics.Operations }

var _ redis.Hook = observer{}

// DialHook implements redis.Hook.
func (observer) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

// ProcessHook implements redis.Hook.
func (o observer) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		ctx, done := o.begin(ctx, command.FullName(), 1)
		err := next(ctx, command)
		done(err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (o observer) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		ctx, done := o.begin(ctx, "pipeline", len(commands))
		err := next(ctx, commands)
		done(err)
		return err
	}
}

func (o observer) begin(ctx context.Context, operation string, items int) (context.Context, func(error)) {
	began := time.Now()
	ctx, span := telemetry.Child(ctx, o.operations.Namespace+" "+operation, trace.WithSpanKind(trace.SpanKindClient))
	if span.IsRecording() {
		span.SetAttributes(o.operations.Describe(operation, items)...)
	}
	return ctx, func(err error) {
		if errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "NOSCRIPT") { // these are answers
			err = nil
		}
		err = StorageError(ctx, err)
		o.operations.Record(operation, time.Since(began), err)
		telemetry.End(span, err)
	}
}

// watchConnections shows how many connections there are, until it is unregistered.
func (db *DB) watchConnections() (metric.Registration, error) {
	count, err := db.meter.Int64ObservableUpDownCounter("db.client.connection.count",
		metric.WithDescription("Connections to Redis, by state and pool."))
	if err != nil {
		return nil, err
	}
	pool := semconv.DBClientConnectionPoolName(db.options.ClientName)
	used := metric.WithAttributeSet(attribute.NewSet(pool, semconv.DBClientConnectionStateUsed))
	idle := metric.WithAttributeSet(attribute.NewSet(pool, semconv.DBClientConnectionStateIdle))
	return db.meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		stats := db.client.PoolStats()
		observer.ObserveInt64(count, int64(stats.TotalConns-stats.IdleConns), used)
		observer.ObserveInt64(count, int64(stats.IdleConns), idle)
		return nil
	}, count)
}
