package action

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ratelog"
)

// reportEvery is the time between two lines of the log on one kind of failure. A store
// that takes nothing fails thousands of Actions a second, and their senders must not fill
// the disk.
const reportEvery = time.Second

// failure is a kind of failure. Its texts are ours alone, never a client's, so kinds are
// few.
type failure struct {
	what string // an Action, or what is missing
	code apierr.Code
}

// failures logs each kind of failure now and then.
type failures struct {
	log   *slog.Logger
	kinds sync.Map // failure to *ratelog.Log
}

// of returns the log of a kind, and makes it on first use. Two that make it at once get
// the same one.
func (f *failures) of(kind failure) *ratelog.Log {
	log, known := f.kinds.Load(kind)
	if !known {
		log, _ = f.kinds.LoadOrStore(kind, ratelog.New(f.log, reportEvery, time.Now))
	}
	return log.(*ratelog.Log)
}

// report logs a failure once: loudly where an operator must act, quietly where
// only the client is wrong.
func (a *Actions) report(ctx context.Context, name string, code envelope.Code, err error) {
	kind := apierr.CodeOf(err)
	args := []any{"action", name, "return_value", int(code), "code", kind, "err", err}
	level := kind.Level()
	if envelope.IsRefusal(err) {
		level = slog.LevelDebug
	}
	if level == slog.LevelDebug { // whoever turns it on wants to see every one
		a.failures.log.DebugContext(ctx, "action failed", args...)
		return
	}
	a.failures.of(failure{name, kind}).Log(ctx, level, "action failed", args...)
}

// tellMissing logs and counts a reply that lacks likes or viewers. Without an error
// nothing is missing.
func (a *Actions) tellMissing(ctx context.Context, what string, err error) {
	if err == nil {
		return
	}
	a.failures.of(failure{what, apierr.CodeOf(err)}).Log(ctx, slog.LevelWarn, "rows are served without "+what, "err", err)
	a.degraded.Add(ctx, 1, metric.WithAttributes(attribute.String("xzb.missing", what)))
}
