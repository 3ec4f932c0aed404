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
		if ofConnection(command) {
			return next(ctx, command)
		}
		ctx, done := o.begin(ctx, command.FullName(), 1)
		err := next(ctx, command)
		done(failure(err, command))
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (o observer) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		if ofConnection(commands[0]) {
			return next(ctx, commands)
		}
		ctx, done := o.begin(ctx, "pipeline", len(commands))
		err := next(ctx, commands)
		done(failure(err, commands...))
		return err
	}
}

// ofConnection tells of what makes a connection ready; the time of the call that
// needs it has it in it.
func ofConnection(command redis.Cmder) bool {
	switch command.Name() {
	case "hello", "auth", "client", "select", "readonly":
		return true
	default:
		return false
	}
}

// failure is the first error that is not one of the answers we ask for; first is
// that of all commands together.
func failure(first error, commands ...redis.Cmder) error {
	if !answer(first) {
		return first
	}
	for _, command := range commands {
		if err := command.Err(); !answer(err) {
			return err
		}
	}
	return nil
}

func answer(err error) bool {
	return err == nil || errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "NOSCRIPT")
}

func (o observer) begin(ctx context.Context, operation string, items int) (context.Context, func(error)) {
	began := time.Now()
	ctx, span := telemetry.Child(ctx, o.operations.Namespace+" "+operation, trace.WithSpanKind(trace.SpanKindClient))
	if span.IsRecording() {
		span.SetAttributes(o.operations.Describe(operation, items)...)
	}
	return ctx, func(err error) {
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
		all, free := stats.TotalConns, stats.IdleConns
		if pipelines := stats.PipelineStats; pipelines != nil { // they have connections of their own
			all, free = all+pipelines.TotalConns, free+pipelines.IdleConns
		}
		observer.ObserveInt64(count, int64(all)-int64(free), used)
		observer.ObserveInt64(count, int64(free), idle)
		return nil
	}, count)
}
