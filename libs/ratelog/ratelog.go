// Package ratelog logs now and then what may happen thousands of times a second: what a stranger
// can bring about must not fill the disk, and yet the first of it must be seen. Each kind of
// line has a Log of its own.
package ratelog

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Log logs the first occurrence at once, and then at most one in each interval, which says how
// many there were that were not logged. It is safe for concurrent use. What is counted when a
// process ends is not logged any more.
type Log struct {
	log   *slog.Logger
	every time.Duration
	now   func() time.Time

	mu    sync.Mutex
	next  time.Time
	since int // occurrences that were not logged
}

// New returns a Log with the interval.
func New(log *slog.Logger, every time.Duration, now func() time.Time) *Log {
	return &Log{log: log, every: every, now: now}
}

// Log logs the occurrence, or counts it.
func (l *Log) Log(ctx context.Context, level slog.Level, message string, args ...any) {
	if unlogged, due := l.due(); due {
		if unlogged > 0 {
			args = append(slices.Clip(args), "more_since_last", unlogged)
		}
		l.log.Log(ctx, level, message, args...)
	}
}

// due reports whether a line is to be written now, and if so how many were not since the last.
func (l *Log) due() (unlogged int, due bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if now.Before(l.next) {
		l.since++
		return 0, false
	}
	unlogged, l.since, l.next = l.since, 0, now.Add(l.every)
	return unlogged, true
}
