package telemetry

import (
	"log/slog"

	"go.opentelemetry.io/otel/metric"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
)

// Scope is what a package measures, traces and logs with. It is a value, and safe for concurrent
// use as its three parts are.
type Scope struct {
	Meter  metric.Meter
	Tracer trace.Tracer
	Log    *slog.Logger
}

// Scope returns that of the package name.
func (t *Telemetry) Scope(name string) Scope {
	return Scope{t.Meter(name), t.Tracer(name), t.log}
}

// WithLog returns the same with another log.
func (s Scope) WithLog(log *slog.Logger) Scope {
	s.Log = log
	return s
}

// Discard returns a Scope that keeps nothing.
func Discard() Scope {
	return Scope{noopmetric.Meter{}, nooptrace.Tracer{}, slog.New(slog.DiscardHandler)}
}
